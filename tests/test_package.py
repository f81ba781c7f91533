"""The Debian package of the kiosk: what is in it, and for which machines."""

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

    Where Debian has a library of a Pi's lines, the package depends on that one.
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
    assert "python3-lgpio | python3 (<< 3.12)" in control


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
