"""The thread of a slow display: the newest scene wins, and nothing waits for it."""

import asyncio
import threading
import time
from dataclasses import dataclass, field

import pytest

from kiosk.display import _newest
from kiosk.display._newest import Newest, NotTakenError
from kiosk.ports import Scene
from tests.display.patience import until
from tests.display.scenes import ACCEPTED, IDLE, REFUSALS, WAIT


@dataclass
class Slow:
    """A device that is busy until it is let go."""

    drawn: list[Scene] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def draw(self, scene: Scene) -> None:
        """Take a picture and the time for it."""
        self.begun.set()
        self.let_go.wait(10)
        self.drawn.append(scene)


async def until_begun(device: Slow) -> None:
    """Wait until the device is at it."""
    await asyncio.to_thread(device.begun.wait, 10)


async def test_the_newest_scene_wins() -> None:
    """What comes while the device is busy is skipped, but for the last."""
    device = Slow()
    newest = Newest(device.draw)
    newest.give(IDLE)
    await until_begun(device)
    for scene in [*REFUSALS, WAIT, ACCEPTED]:
        newest.give(scene)
    device.let_go.set()
    await until(lambda: newest.waiting is None)
    await newest.close(None)
    assert device.drawn == [IDLE, ACCEPTED]


async def test_giving_a_scene_takes_no_time() -> None:
    """Whatever the device does meanwhile."""
    device = Slow()
    newest = Newest(device.draw)
    newest.give(IDLE)
    await until_begun(device)
    before = time.perf_counter()
    newest.give(ACCEPTED)
    assert time.perf_counter() - before < 0.05
    device.let_go.set()
    await newest.close(None)


async def test_closing_finishes_the_picture_and_draws_the_last() -> None:
    """What waits is dropped for it."""
    device = Slow()
    newest = Newest(device.draw)
    newest.give(WAIT)
    await until_begun(device)
    newest.give(ACCEPTED)
    device.let_go.set()
    await newest.close(IDLE)
    await newest.close(None)
    assert device.drawn == [WAIT, IDLE]


async def test_a_scene_waits_until_it_is_due_and_a_newer_one_takes_its_place() -> None:
    """The time of the first does not count for the second."""
    device = Slow()
    device.let_go.set()
    newest = Newest(device.draw, lambda scene, given: given + (0 if scene == ACCEPTED else 60))
    newest.give(IDLE)
    await asyncio.sleep(0.05)
    assert device.drawn == []
    newest.give(ACCEPTED)
    await until(lambda: device.drawn)
    await newest.close(None)
    assert device.drawn == [ACCEPTED]


async def test_the_same_scene_again_does_not_start_its_time_anew() -> None:
    """An idle kiosk that says so every second is drawn all the same."""
    device = Slow()
    device.let_go.set()
    newest = Newest(device.draw, lambda _, given: given + 0.2)
    for _ in range(60):
        newest.give(IDLE)
        await asyncio.sleep(0.01)
        if device.drawn:
            break
    await newest.close(None)
    assert device.drawn == [IDLE]


async def test_a_picture_that_is_not_taken_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it is, or a newer one is; meanwhile it says what is wrong."""
    monkeypatch.setattr(_newest, "RETRY", 0.01)
    attempts = []

    def draw(scene: Scene) -> None:
        attempts.append(scene)
        if len(attempts) < 3:
            raise NotTakenError("takes no picture")

    newest = Newest(draw)
    newest.give(IDLE)
    await until(lambda: newest.trouble == "takes no picture")
    await until(lambda: len(attempts) == 3 and newest.trouble is None)
    await newest.close(None)
    assert attempts == [IDLE, IDLE, IDLE]


async def test_an_unexpected_error_ends_the_kiosk() -> None:
    """It is raised by the next scene, not swallowed."""

    def draw(_: Scene) -> None:
        raise ZeroDivisionError

    newest = Newest(draw)
    newest.give(IDLE)
    await asyncio.sleep(0.05)
    with pytest.raises(ZeroDivisionError):
        newest.give(ACCEPTED)
    with pytest.raises(ZeroDivisionError):
        await newest.close(None)
    await newest.close(None)
