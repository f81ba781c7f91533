"""The programs as they are installed: what they say where their libraries are not there."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("package", "program", "extra"),
    [("kiosk", "kaikuportti", "kiosk"), ("server.kaikukanta", "kaikukanta", "server")],
)
def test_a_missing_library_is_one_line_that_names_the_extra(
    package: str, program: str, extra: str
) -> None:
    """A plain ``pip install .`` brings no libraries: the command says which extra does."""
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r});"
        f"from {package}.__main__ import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script, "--version"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"{program}: the library pydantic is missing")
    assert done.stderr.endswith(f"the extra {extra}: pip install '.[{extra}]'\n")


@pytest.mark.parametrize(
    ("package", "program"), [("kiosk", "kaikuportti"), ("server.kaikukanta", "kaikukanta")]
)
def test_with_its_libraries_a_program_runs(package: str, program: str) -> None:
    """As a module too."""
    done = subprocess.run(
        [sys.executable, "-m", package, "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(f"{program} ")
