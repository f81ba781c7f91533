"""What the documentation repeats from the code is held to it."""

from pathlib import Path

from kaiku.reason import WORDS, Reason

DOCS = Path(__file__).parent.parent / "docs"


def test_every_reason_is_documented_with_its_words() -> None:
    """The page on decisions lists each reason code with the English words that are shown."""
    page = (DOCS / "decision.md").read_text()
    for reason in Reason:
        words = WORDS[reason]
        assert f"| `{reason}` | {words.title.en} | {words.mend.en} |" in page


def test_every_decision_is_one_numbered_page() -> None:
    """Records are numbered without a gap; each has a context, a decision and consequences."""
    pages = sorted((DOCS / "adr").glob("[0-9]*.md"))
    for number, page in enumerate(pages, start=1):
        text = page.read_text()
        assert page.name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        for heading in ("Context", "Decision", "Consequences"):
            assert f"\n## {heading}\n" in text
