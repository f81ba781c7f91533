"""Builds ``dist/kaikuportti_VERSION_all.deb``: one tree of files that dpkg owns, for every machine.

The libraries of ``requirements/package.txt`` are installed once for each Python and processor that
the package serves, and laid over one another: all that differs are native modules, and those carry
both in their names (ADR 11). The same commit gives the same package.
"""

import filecmp
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from kiosk.files import JOURNAL_VERSION

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build" / "package"
PYTHONS = ("3.11", "3.13")
"""The Python of Debian 12, and of Debian 13."""
PROCESSORS = ("aarch64", "x86_64")
OUR_OWN = ("kaiku", "kiosk")
"""Our packages that a kiosk needs; the servers are not for it."""

_LIBRARIES = Path("usr/lib/kaikuportti")
_DOC = Path("usr/share/doc/kaikuportti")
_SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
_PLACES = {
    "deb/kaikuportti": Path("usr/bin/kaikuportti"),
    "deb/kaikuportti.rtupdate": Path("usr/share/python3/runtime.d/kaikuportti.rtupdate"),
    "deb/kiosk.toml": _DOC / "examples/kiosk.toml",
    "LICENSE": _DOC / "copyright",
    "CHANGELOG.md": _DOC / "CHANGELOG.md",
    "systemd/kaikuportti.service": Path("lib/systemd/system/kaikuportti.service"),
    "systemd/kaikuportti.path": Path("lib/systemd/system/kaikuportti.path"),
    "systemd/sysusers.d/kaikuportti.conf": Path("usr/lib/sysusers.d/kaikuportti.conf"),
    "systemd/tmpfiles.d/kaikuportti.conf": Path("usr/lib/tmpfiles.d/kaikuportti.conf"),
    "systemd/modules-load.d/kaikuportti.conf": Path("usr/lib/modules-load.d/kaikuportti.conf"),
    "systemd/journald.conf.d/kaikuportti.conf": Path(
        "usr/lib/systemd/journald.conf.d/kaikuportti.conf"
    ),
    "systemd/udev/60-kaikuportti.rules": Path("lib/udev/rules.d/60-kaikuportti.rules"),
    "systemd/udev/90-kaikuportti.rules": Path("lib/udev/rules.d/90-kaikuportti.rules"),
}
_PROGRAMS = ("usr/bin/kaikuportti", "usr/share/python3/runtime.d/kaikuportti.rtupdate")
_OF_ONE_WHEEL = re.compile(
    r".*\.dist-info/(RECORD|WHEEL|INSTALLER|REQUESTED|uv_cache\.json|sboms/.*)"
)
"""What says which wheel a library came from: of no use here, where it came from several."""
_UNWANTED = {".lock", "requirements-examples.txt"}


def build() -> Path:
    """Build the package and return its path. Raises where two wheels of a library disagree."""
    shutil.rmtree(BUILD, ignore_errors=True)
    lay_out(BUILD)
    package = ROOT / "dist" / f"kaikuportti_{version()}_all.deb"
    package.parent.mkdir(exist_ok=True)
    pack(BUILD / "tree", package, "-Zxz")
    return package


def lay_out(folder: Path) -> None:
    """Lay all that the package holds out in a folder's ``tree``, with its rights."""
    tree = folder / "tree"
    installed = {
        (python, processor): folder / f"{python}-{processor}"
        for python in PYTHONS
        for processor in PROCESSORS
    }
    for (python, processor), wheels in installed.items():
        _install_libraries(wheels, python, processor)
    everywhere = set.intersection(*map(_modules, installed.values()))
    for (python, _), wheels in installed.items():
        only = tree / _LIBRARIES / f"python{python}"
        _lay_over(wheels, tree / _LIBRARIES, only, everywhere)
    _add_our_own(tree / _LIBRARIES)
    for source, place in _PLACES.items():
        (tree / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / source, tree / place)
    _add_control(tree)
    _set_rights(tree)


def pack(tree: Path, package: Path, compression: str) -> None:
    """Pack a tree into a package; a compression is an option of ``dpkg-deb``."""
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", compression, "--build", tree, package],
        env={**os.environ, "SOURCE_DATE_EPOCH": _date()},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def version() -> str:
    """Return the project's version, which is the package's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def _install_libraries(folder: Path, python: str, processor: str) -> None:
    """Install what is pinned into a folder, as for another machine; nothing is compiled."""
    subprocess.run(
        [
            *(Path(sys.executable).with_name("uv"), "pip", "install", "--quiet"),
            *("--target", folder, "--python-version", python),
            *("--python-platform", f"{processor}-manylinux_2_36", "--only-binary", ":all:"),
            *("--no-deps", "--require-hashes", "--no-config", "--link-mode", "copy"),
            *("--requirements", ROOT / "requirements" / "package.txt"),
        ],
        check=True,
    )


def _modules(wheels: Path) -> set[str]:
    """Return the names of what a folder holds, without what tells a Python or a processor."""
    return {path.name.partition(".")[0] for path in wheels.iterdir()}


def _lay_over(source: Path, target: Path, only: Path, everywhere: set[str]) -> None:
    """Copy what there is for every machine to a target, and the rest to one of this Python's own.

    Else the half of a library that suits every Python would hide Debian's whole one.
    """
    for file in _files(source):
        name = file.relative_to(source)
        if str(name) in _UNWANTED or name.parts[0] == "bin" or _OF_ONE_WHEEL.fullmatch(str(name)):
            continue
        is_everywhere = name.parts[0].partition(".")[0] in everywhere
        place = (target if is_everywhere else only) / name
        if place.exists() and not filecmp.cmp(file, place, shallow=False):
            raise SystemExit(f"{name} differs between the wheels of one library")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)


def _add_our_own(target: Path) -> None:
    for package in OUR_OWN:
        unwanted = shutil.ignore_patterns("__pycache__", "demo.py")
        shutil.copytree(ROOT / package, target / package, ignore=unwanted)
    told = target / f"kaikuportti-{version()}.dist-info"
    told.mkdir()
    lines = f"Metadata-Version: 2.1\nName: kaikuportti\nVersion: {version()}\n"
    (told / "METADATA").write_text(lines)


def _add_control(tree: Path) -> None:
    size = sum(file.stat().st_size for file in _files(tree)) // 1024
    filled = {"@VERSION@": version(), "@SIZE@": str(size), "@JOURNAL@": str(JOURNAL_VERSION)}
    control = tree / "DEBIAN"
    control.mkdir()
    for name in ("control", *_SCRIPTS):
        text = (ROOT / "deb" / name).read_text()
        for mark, value in filled.items():
            text = text.replace(mark, value)
        (control / name).write_text(text)


def _set_rights(tree: Path) -> None:
    programs = {*_PROGRAMS, *(f"DEBIAN/{name}" for name in _SCRIPTS)}
    for path in (tree, *tree.rglob("*")):
        is_program = path.is_dir() or str(path.relative_to(tree)) in programs
        path.chmod(0o755 if is_program else 0o644)


def _date() -> str:
    """Return the commit's date in seconds: the date of all that is in the package."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return given
    asked = ["git", "log", "-1", "--format=%ct"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or str(int((ROOT / "CHANGELOG.md").stat().st_mtime))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


if __name__ == "__main__":
    print(build().relative_to(ROOT))
