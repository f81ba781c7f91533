"""Staff ask how the kiosk does, and read it until a card or a key comes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kaiku.text import Language, Text
from kaiku.wire import Outcome
from kiosk import words
from kiosk.desk import Manners, Profile, Record, Report, StatusTold, Tell
from kiosk.desk.machine import STATUS_SHOWN
from kiosk.ports import Scene, Signal
from tests.kiosk.desk.entrance import AINO, ELLI, Entrance

HEARD = datetime(2026, 7, 4, 21, 5, tzinfo=UTC)
WELL = Report((), True, True, HEARD, 3, 4, 4, "1.2.3")
LOST = words.DEVICE_LOST.fill(device=words.DEVICES["keypad"])


def shown(entrance: Entrance, report: Report = WELL) -> Scene:
    """Ask, and return the scene that is shown."""
    (tell,) = entrance.do(StatusTold(report))
    assert isinstance(tell, Tell)
    assert not tell.aloud
    return tell.scene


def said(scene: Scene, language: Language) -> list[str]:
    """Return the scene's words in a language."""
    return [text.in_(language) for text in (scene.title, *scene.lines)]


def test_a_kiosk_that_is_well_says_that_it_is_ready() -> None:
    """With its contact, by the clock on the wall, what is unsent, its devices and its version."""
    scene = shown(Entrance())
    assert scene.signal is Signal.IDLE
    assert said(scene, Language.FI) == [
        "Lukija on käyttövalmis",
        "Yhteys rekisteriin toimii",
        "Päivitetty 5.7. klo 00.05",
        "Lähettämättä: 3",
        "Laitteita kunnossa: 4/4",
        "Versio 1.2.3",
    ]
    assert said(scene, Language.EN)[2] == "Updated 5.7. at 00:05"
    assert said(scene, Language.SV)[2] == "Uppdaterad 5.7 kl. 00.05"


def test_what_is_wrong_stands_first() -> None:
    """The worst as the heading, the rest below it; a kiosk without a network still serves."""
    report = replace(WELL, troubles=(LOST, words.NO_NETWORK), connected=False, working=3)
    scene = shown(Entrance(), report)
    assert said(scene, Language.EN)[:3] == [
        "Not working: keypad",
        "No network",
        "Updated 5.7. at 00:05",
    ]
    assert scene.signal is Signal.IDLE


def test_a_kiosk_that_lets_nobody_in_shows_a_fault() -> None:
    """Its lamps say so too, while staff read why."""
    full = replace(WELL, troubles=(words.DISK_FULL,), serves=False, unsent=None)
    scene = shown(Entrance(), full)
    assert scene.signal is Signal.FAULT
    assert not [line for line in said(scene, Language.EN) if line.startswith("Not sent")]


def test_a_card_takes_the_display_over_at_once() -> None:
    """It is decided and recorded as ever, and its verdict stays for its own time."""
    entrance = Entrance()
    shown(entrance)
    entrance.wait(1)
    effects = entrance.scan(ELLI)
    assert isinstance(effects[0], Record)
    assert effects[0].use.outcome is Outcome.ACCEPTED
    assert entrance.shows.signal is Signal.ACCEPTED
    assert entrance.desk.shown_until == entrance.clock + entrance.manners.shown


def test_it_goes_by_itself() -> None:
    """After a quarter of a minute the display awaits a card again."""
    entrance = Entrance()
    shown(entrance)
    entrance.wait(STATUS_SHOWN)
    assert entrance.shows.title == words.SHOW_CARD


def test_a_key_takes_the_display_over_at_once() -> None:
    """What is typed is shown, and counts."""
    entrance = Entrance()
    shown(entrance)
    entrance.press("2")
    assert entrance.shows.party is not None
    assert entrance.shows.party.children == 2


def test_a_verdict_that_a_visitor_reads_is_not_covered() -> None:
    """Nor the question for children; a moment later staff may ask again."""
    entrance = Entrance()
    entrance.scan(AINO)
    assert entrance.do(StatusTold(WELL)) == []
    entrance.wait(entrance.manners.children)
    assert shown(entrance).title == words.READY


def test_what_is_typed_stays() -> None:
    """The display is only lent: what was typed is there again, and counts."""
    entrance = Entrance()
    entrance.press("3")
    shown(entrance)
    entrance.wait(STATUS_SHOWN)
    assert entrance.shows.party is not None
    assert entrance.shows.party.children == 3


@pytest.mark.parametrize("profile", Profile)
def test_every_kiosk_has_it(profile: Profile) -> None:
    """A library's desk too, where it hides the services for so long."""
    entrance = Entrance(Manners(profile))
    assert shown(entrance).lines
    assert all(isinstance(each, Tell) for each in entrance.history)


@pytest.mark.parametrize("text", [words.READY, words.NOT_TRIED, words.CONNECTED, words.NOT_UPDATED])
def test_it_is_said_in_three_languages(text: Text) -> None:
    """Each in its own words."""
    assert len({text.fi, text.sv, text.en}) == 3
