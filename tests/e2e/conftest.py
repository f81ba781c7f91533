"""A register and an enrolled kiosk for each test that asks."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.house import KioskProcess, Register, SerialScanner, enrol, serving, write_config


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a register's seeded database, to be copied."""
    return Register.seeded(tmp_path_factory.mktemp("sample")).folder


@pytest.fixture(autouse=True)
def no_kiosk_outlives_its_test() -> Iterator[None]:
    """End what a failed test has left running: it would read the scans of the next one."""
    yield
    for kiosk in list(KioskProcess.running):
        kiosk.kill()


@pytest.fixture
def register(tmp_path: Path, sample: Path) -> Iterator[Register]:
    """Give a register that serves a sample network of its own."""
    shutil.copytree(sample, tmp_path, dirs_exist_ok=True)
    with serving(tmp_path) as register:
        yield register


@pytest.fixture
def scanner() -> Iterator[SerialScanner]:
    """Give a serial scanner."""
    scanner = SerialScanner()
    yield scanner
    scanner.close()


@pytest.fixture
def config(tmp_path: Path, register: Register, scanner: SerialScanner) -> Path:
    """Give the configuration of a kiosk that is enrolled at the entry and reads the scanner."""
    config = write_config(tmp_path, register.url, {"driver": "serial", "port": scanner.port})
    enrol(config, register.seed["vars"]["enrolment"])
    return config


@pytest.fixture
def kiosk(config: Path) -> Iterator[KioskProcess]:
    """Give a kiosk that is ready."""
    kiosk = KioskProcess(config)
    kiosk.wait_for("ready")
    yield kiosk
    kiosk.kill()
