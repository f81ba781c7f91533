"""The register's settings and its digest key."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from server.kaikukanta.settings import (
    DigestKeyError,
    Settings,
    make_digest_key,
    read_digest_key,
)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Durations are seconds, a pattern is compiled."""
    monkeypatch.setenv("KAIKUKANTA_AMEND_WITHIN", "60")
    monkeypatch.setenv("KAIKUKANTA_WRONG_CARDS", "5")
    monkeypatch.setenv("KAIKUKANTA_EARLIER_NUMBERS", "[0-9]{8}")
    settings = Settings()
    assert settings.amend_within == timedelta(minutes=1)
    assert settings.wrong_cards == 5
    assert settings.earlier_numbers.fullmatch("12345678")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATTEMPTS_WINDOW", "0"), ("ATTEMPTS_WINDOW", "PT0.5S"), ("ATTEMPTS_WINDOW", "-PT1M"),
        ("AMEND_WITHIN", "-PT1S"), ("RECALL_WAIT", "-PT1S"),
    ],
)  # fmt: skip
def test_a_duration_that_cannot_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """None is negative, and nothing can be counted in a window of no length."""
    monkeypatch.setenv(f"KAIKUKANTA_{name}", value)
    with pytest.raises(ValidationError, match="greater than or equal to"):
        Settings()


def test_settings_do_not_show_the_databases_password() -> None:
    """The URL may hold one."""
    assert "hunter2" not in repr(Settings(database_url="postgresql+psycopg://a:hunter2@b/c"))


def test_a_digest_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    """A second time leaves it as it is."""
    settings = Settings(digest_key_file=tmp_path / "key")
    make_digest_key(settings)
    key = read_digest_key(settings)
    make_digest_key(settings)
    assert read_digest_key(settings) == key
    assert len(key) == 32
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [None, "", "zz" * 32, "00" * 31, "ä"])
def test_a_missing_or_broken_key_is_told_by_its_file(tmp_path: Path, content: str | None) -> None:
    """The message names the file and shows nothing of the key."""
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(DigestKeyError) as caught:
        read_digest_key(Settings(digest_key_file=path))
    assert str(path) in str(caught.value)
    assert not content or content not in str(caught.value)
