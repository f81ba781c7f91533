"""The Debian package of the kiosk: what is in it, and for which machines."""

import os
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from deb.build import OUR_OWN, PROCESSORS, PYTHONS, lay_out, pack, version
from kiosk.files import JOURNAL_VERSION
from tests.left_out import leave_out

ROOT = Path(__file__).parent.parent
LIBRARIES = Path("usr/lib/kaikuportti")
NATIVE = re.compile(r"(.+)\.cpython-3(\d+)-(\w+)-linux-gnu\.so")


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay the package out once."""
    folder = tmp_path_factory.mktemp("package")
    lay_out(folder)
    return folder / "tree"


@pytest.mark.slow
def test_every_native_module_is_there_for_every_machine(tree: Path) -> None:
    """For the Python of either Debian, on either processor; none is missing at the door.

    A Pi's lines with Python 3.13 need the system's library, which the package recommends: Debian
    itself has none, and a kiosk without lines needs none.
    """
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for path in tree.rglob("*.so"):
        if match := NATIVE.fullmatch(path.name):
            found[match[1]].add((f"3.{match[2]}", match[3]))
    both = {(python, processor) for python in PYTHONS for processor in PROCESSORS}
    assert found.pop("_lgpio") == {("3.11", processor) for processor in PROCESSORS}
    assert "_pydantic_core" in found
    assert {name: machines for name, machines in found.items() if machines != both} == {}
    control = (tree / "DEBIAN" / "control").read_text()
    assert "\nRecommends: python3-lgpio | python3 (<< 3.12), " in control


@pytest.mark.slow
def test_a_library_for_one_python_lies_where_the_other_does_not_look(tree: Path) -> None:
    """Debian 13 has its own library of a Pi's lines, which half of another would hide (ADR 11)."""
    libraries = tree / LIBRARIES
    assert [*libraries.glob("*lgpio*")] == []
    own = libraries / "python3.11"
    assert {path.name.partition(".")[0] for path in own.iterdir()} == {"_lgpio", "lgpio", "lgpio-0"}
    assert not (libraries / "python3.13").exists()


@pytest.mark.slow
def test_the_kiosk_is_in_it_and_the_servers_are_not(tree: Path) -> None:
    """A kiosk that is stolen tells nothing that it does not need."""
    assert all((tree / LIBRARIES / package / "__init__.py").is_file() for package in OUR_OWN)
    for absent in ("server", "fastapi", "kiosk/demo.py", "evdev"):
        assert not (tree / LIBRARIES / absent).exists()


@pytest.mark.slow
def test_a_package_holds_no_address_that_a_machine_would_fetch_from(tree: Path) -> None:
    """It installs without a network, and says nowhere from where its parts came."""
    files = [path for path in tree.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert not names & {"direct_url.json", "pip.conf", "RECORD", "uv_cache.json"}
    scripts = [*(tree / "DEBIAN").iterdir(), tree / "usr/bin/kaikuportti"]
    assert not any(
        "://" in script.read_text() or "pip " in script.read_text() for script in scripts
    )


@pytest.mark.slow
def test_the_same_tree_is_the_same_package(tree: Path, tmp_path: Path) -> None:
    """Byte for byte: who doubts a package can build it again."""
    if shutil.which("dpkg-deb") is None:
        leave_out("dpkg-deb", "apt-get install dpkg")
    packages = [tmp_path / "one.deb", tmp_path / "other.deb"]
    for package in packages:
        pack(tree, package, "-Znone")
    assert packages[0].read_bytes() == packages[1].read_bytes()
    told = subprocess.run(
        ["dpkg-deb", "--field", packages[0], "Package", "Version", "Architecture"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == f"Package: kaikuportti\nVersion: {version()}\nArchitecture: all\n"


@pytest.mark.slow
def test_the_package_knows_what_its_kiosk_can_read(tree: Path) -> None:
    """What is installed over a newer journal refuses before anything is changed."""
    preinst = (tree / "DEBIAN" / "preinst").read_text()
    assert f"\nreads={JOURNAL_VERSION}\n" in preinst
    assert "@" not in preinst


@pytest.mark.parametrize("name", ["preinst", "postinst", "prerm", "postrm", "kaikuportti.rtupdate"])
def test_a_maintainer_script_is_plain_shell(name: str) -> None:
    """Debian's own shell reads it, and it stops at the first error."""
    script = ROOT / "deb" / name
    shell = shutil.which("dash") or "sh"
    subprocess.run([shell, "-n", script], check=True)
    assert script.read_text().startswith("#!/bin/sh\n")
    assert "\nset -e\n" in script.read_text()


def _purge(tmp_path: Path) -> str:
    """Run what is run at a purge, with folders of a test's in the place of the machine's."""
    if os.geteuid() != 0:
        leave_out("root", "sudo make test")
    script = (ROOT / "deb" / "postrm").read_text()
    for place in ("/var/lib/kaikuportti", "/etc/kaikuportti"):
        script = script.replace(place, f"{tmp_path}{place}")
    copy = tmp_path / "postrm"
    copy.write_text(script)
    return subprocess.run(
        ["sh", copy, "purge"], capture_output=True, text=True, check=True
    ).stdout  # fmt: skip


def test_a_purge_keeps_a_damaged_journal_that_nobody_let_go_of(tmp_path: Path) -> None:
    """It may hold uses that were never sent (promise P1); all else goes, and is told."""
    state = tmp_path / "var/lib/kaikuportti"
    for folder in ("spoiled-20261124T101500Z", "spoiled"):
        (state / folder).mkdir(parents=True)
        (state / folder / "journal.sqlite").write_bytes(b"noise")
    (state / "cache.sqlite").write_bytes(b"cards")
    said = _purge(tmp_path)
    [aside] = (tmp_path / "var/lib").iterdir()
    assert {path.name for path in aside.iterdir()} == {"spoiled-20261124T101500Z", "spoiled"}
    assert (aside / "spoiled" / "journal.sqlite").read_bytes() == b"noise"
    assert f"is kept in {aside} too" in said
    assert aside.stat().st_mode & 0o777 == 0o700


def test_a_purge_with_nothing_to_keep_leaves_nothing(tmp_path: Path) -> None:
    """Neither state nor configuration."""
    (tmp_path / "var/lib/kaikuportti").mkdir(parents=True)
    (tmp_path / "etc/kaikuportti").mkdir(parents=True)
    _purge(tmp_path)
    assert [*(tmp_path / "var/lib").iterdir(), *(tmp_path / "etc").iterdir()] == []
