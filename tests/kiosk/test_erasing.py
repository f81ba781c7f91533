"""What was written is gone from the blocks of the file, and not from its folder alone."""

import os
from pathlib import Path

import pytest

from kiosk.erasing import erase, overwrite

SECRET = b"a digest"


@pytest.mark.parametrize("size", [0, 8, 1 << 20, (1 << 20) + 8])
def test_the_blocks_of_an_erased_file_hold_zeros(tmp_path: Path, size: int) -> None:
    """Another name of the same file shows what its blocks hold."""
    path, same = tmp_path / "file", tmp_path / "same"
    path.write_bytes(SECRET * (size // 8))
    os.link(path, same)
    erase(path)
    assert not path.exists()
    assert same.read_bytes() == bytes(size)


def test_overwriting_keeps_the_file(tmp_path: Path) -> None:
    """In its size."""
    path = tmp_path / "file"
    path.write_bytes(SECRET)
    overwrite(path)
    assert path.read_bytes() == bytes(len(SECRET))


@pytest.mark.parametrize("size", [0, 4, 8, 64, (1 << 20) + 8])
def test_a_mark_takes_the_place_of_the_beginning(tmp_path: Path, size: int) -> None:
    """Of a file that is longer; a shorter one is all zeros."""
    path = tmp_path / "file"
    path.write_bytes((SECRET * size)[:size])
    overwrite(path, b"mark")
    assert path.read_bytes() == (b"mark" + bytes(size - 4) if size > 4 else bytes(size))


def test_what_is_not_there_is_erased(tmp_path: Path) -> None:
    """And does not come into being."""
    erase(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []
