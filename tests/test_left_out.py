"""How tests say what this machine cannot test."""

import pytest

from tests.left_out import leave_out


def test_a_missing_part_skips_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not everything is required, the test is skipped and says how to get what it needs."""
    monkeypatch.delenv("KAIKU_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install postgresql"):
        leave_out("PostgreSQL", "apt-get install postgresql")


def test_a_missing_part_fails_where_everything_is_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With KAIKU_REQUIRE_ALL=1, as in CI, nothing is left out quietly."""
    monkeypatch.setenv("KAIKU_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="PostgreSQL"):
        leave_out("PostgreSQL", "apt-get install postgresql")
