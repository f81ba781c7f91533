"""What this machine cannot test: skipped loudly, and a failure where KAIKU_REQUIRE_ALL=1."""

import os
from collections import Counter

import pytest

PREFIX = "left out "


def leave_out(what: str, remedy: str) -> None:
    """End the running test: skipped for want of `what`, or failed where everything is required.

    `remedy` is the command that gets it. The end of the run repeats both with the number of tests.
    """
    reason = f"{PREFIX}for want of {what}; to get it: {remedy}"
    if os.environ.get("KAIKU_REQUIRE_ALL") == "1":
        pytest.fail(f"{reason} (KAIKU_REQUIRE_ALL=1)", pytrace=False)
    pytest.skip(reason)


def left_out(skipped: list[pytest.TestReport]) -> Counter[str]:
    """Count the skipped tests by the reason that `leave_out` gave; other skips are not counted."""
    reasons = (report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple))
    return Counter(
        reason.removeprefix("Skipped: ").removeprefix(PREFIX)
        for reason in reasons
        if PREFIX in reason
    )
