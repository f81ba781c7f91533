"""The documentation's pictures."""

from pathlib import Path

import pytest
from PIL import Image

from kiosk.display.screen import gallery

IMAGES = Path(__file__).parents[2] / "docs" / "images"


@pytest.mark.parametrize(
    "name",
    [
        "kiosk-screen.png",
        "kiosk-screens.png",
        "kiosk-desk.png",
        "kiosk-groups.png",
        "kiosk-eink.png",
    ],
)
def test_the_documentation_shows_what_the_kiosk_draws(name: str, tmp_path: Path) -> None:
    """Drawn anew, each is the same; ``python -m kiosk.display.screen.gallery docs/images`` does."""
    gallery.write(tmp_path)
    with Image.open(tmp_path / name) as drawn, Image.open(IMAGES / name) as shown:
        assert drawn.tobytes() == shown.tobytes(), "draw the documentation's pictures anew"
