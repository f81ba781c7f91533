"""Who the kiosk is to the register: kept apart, kept whole, and kept from other users."""

import errno
import json
import os
import stat
from pathlib import Path

import pytest

from kiosk.identity import (
    Identity,
    NotEnrolledError,
    UnreadableIdentityError,
    forget_identity,
    forget_key,
    load_identity,
)

IDENTITY = Identity("kiosk-1", "token-abc", bytes(range(32)))
KEY = bytes(range(32)).hex().encode()


def test_an_identity_is_found_again(tmp_path: Path) -> None:
    """In a state folder that need not be there before."""
    IDENTITY.save(tmp_path / "state")
    assert load_identity(tmp_path / "state") == IDENTITY


def test_only_the_kiosks_user_can_read_it(tmp_path: Path) -> None:
    """Whatever the umask says: the file is 0600 and a folder made for it 0700 (promise P6)."""
    before = os.umask(0)
    try:
        IDENTITY.save(tmp_path / "state")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "state" / "identity.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_new_identity_takes_the_place_of_the_old_whole(tmp_path: Path) -> None:
    """Even where an earlier attempt broke off in the middle; nothing is left over."""
    IDENTITY.save(tmp_path)
    (tmp_path / "identity.new").write_text('{"kiosk": "hal')
    other = Identity("kiosk-2", "token-def", bytes(32))
    other.save(tmp_path)
    assert load_identity(tmp_path) == other
    assert [path.name for path in tmp_path.iterdir()] == ["identity.json"]


def test_what_cannot_be_written_leaves_the_old_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk while enrolling again costs nothing."""
    IDENTITY.save(tmp_path)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        Identity("kiosk-2", "token-def", bytes(32)).save(tmp_path)
    assert load_identity(tmp_path) == IDENTITY


def test_the_secrets_do_not_show(tmp_path: Path) -> None:
    """Not in a repr, which may end in a log."""
    assert "token" not in repr(IDENTITY).replace("token-abc", "token")
    assert "abc" not in repr(IDENTITY)
    assert "x01" not in repr(IDENTITY)


def test_a_kiosk_without_one_is_told_to_enrol(tmp_path: Path) -> None:
    """By the command that does it."""
    with pytest.raises(NotEnrolledError, match="not enrolled; run kaikuportti enrol"):
        load_identity(tmp_path)


@pytest.mark.parametrize(
    "spoiled",
    [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        "{}",
        json.dumps({"kiosk": "k"}),
        json.dumps({"kiosk": "k", "token": "t", "digest_key": None}),
        json.dumps({"kiosk": "k", "token": "t", "digest_key": "zz"}),
        json.dumps({"kiosk": "k", "token": "t", "digest_key": 7}),
        json.dumps({"kiosk": "k", "token": "t", "digest_key": "00" * 31}),
        "\x00" * 100,
    ],
)
def test_a_spoiled_identity_is_told_as_such(tmp_path: Path, spoiled: str) -> None:
    """Cut short by a failing card, or written by hand; never by its contents."""
    (tmp_path / "identity.json").write_text(spoiled)
    with pytest.raises(NotEnrolledError, match=r"identity\.json is spoiled; run kaikuportti enrol"):
        load_identity(tmp_path)


def test_an_identity_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path) -> None:
    """As from a sector that fails: enrolling anew is not what mends it."""
    (tmp_path / "identity.json").mkdir()
    with pytest.raises(UnreadableIdentityError, match="cannot be read now: Is a directory"):
        load_identity(tmp_path)


def test_another_account_s_identity_is_told_with_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after somebody has enrolled as root."""
    IDENTITY.save(tmp_path)

    def refuse(*_args: object, **_options: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    monkeypatch.setattr(os, "access", lambda file, _mode: file == tmp_path)
    with pytest.raises(UnreadableIdentityError, match=r"identity\.json belongs to .*chown -R"):
        load_identity(tmp_path)


def test_bytes_that_are_no_text_are_spoiled_too(tmp_path: Path) -> None:
    """A sector gone bad."""
    (tmp_path / "identity.json").write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(NotEnrolledError, match="spoiled"):
        load_identity(tmp_path)


def test_a_revoked_kiosk_forgets_who_it_was(tmp_path: Path) -> None:
    """Once or twice (promise P6)."""
    IDENTITY.save(tmp_path)
    forget_identity(tmp_path)
    forget_identity(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_identity_may_be_without_the_key(tmp_path: Path) -> None:
    """Where only the memory holds it; the file then holds nothing of it."""
    IDENTITY.without_key().save(tmp_path)
    assert load_identity(tmp_path) == Identity("kiosk-1", "token-abc", None)
    assert b"digest_key" not in (tmp_path / "identity.json").read_bytes()


def test_the_key_is_taken_off_the_disk_and_the_token_stays(tmp_path: Path) -> None:
    """Also from the blocks of the former file, and from what a saving that broke off has left."""
    IDENTITY.save(tmp_path)
    os.link(tmp_path / "identity.json", tmp_path / "same")
    for left in ("identity.new", "identity.old"):
        (tmp_path / left).write_bytes(KEY)
        os.link(tmp_path / left, tmp_path / f"{left}.same")
    assert forget_key(tmp_path)
    assert load_identity(tmp_path) == IDENTITY.without_key()
    assert not any(KEY in path.read_bytes() for path in tmp_path.iterdir())
    assert not forget_key(tmp_path)


def test_nothing_of_a_forgotten_identity_is_left(tmp_path: Path) -> None:
    """Its blocks and its drafts hold neither the token nor the key (promise P6)."""
    IDENTITY.save(tmp_path)
    os.link(tmp_path / "identity.json", tmp_path / "same")
    (tmp_path / "identity.new").write_bytes(KEY)
    os.link(tmp_path / "identity.new", tmp_path / "same.new")
    forget_identity(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"same", "same.new"}
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert left == bytes(len(left))


def test_a_power_cut_while_an_identity_is_replaced_leaves_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The former or the new one; the next saving tidies what was left."""
    IDENTITY.save(tmp_path)
    other = Identity("kiosk-2", "token-def", bytes(32))

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cutting:
        cutting.setattr(Path, "replace", cut)
        with pytest.raises(KeyboardInterrupt):
            other.save(tmp_path)
    assert load_identity(tmp_path) == IDENTITY
    other.save(tmp_path)
    assert load_identity(tmp_path) == other
    assert [path.name for path in tmp_path.iterdir()] == ["identity.json"]
