"""``kaikuportti rescue``: what was set aside of a spoiled journal, read again, and let go."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kiosk.config import Config
from kiosk.disk import DiskError
from kiosk.files import StoreError
from kiosk.rescue import is_under_way, let_go, set_aside
from kiosk.status import UNDER_WAY, describe_spoiled, find_status
from kiosk.store import Store, Stores

_NOTHING = "Nothing is set aside: no damaged journal is kept here."


async def look(config: Config) -> int:
    """Tell what was set aside, and take over what can be read of it now; return an exit code.

    While the kiosk runs, the store is its own, and nothing is read.
    """
    running = find_status(config.station.state)
    if running is not None:
        if is_under_way(config.station.state):
            return _fail(UNDER_WAY)
        _tell(running.get("spoiled", {}))
        if running.get("spoiled"):
            print("The kiosk is running. To have them read once more, stop it and run this again.")
        return 0
    try:
        store = await Store.open(config.station.state)
    except StoreError as error:
        return _fail(str(error))
    try:
        found = await store.call(Stores.set_aside)
        new = await store.call(Stores.read_again)
    except DiskError as error:
        return _fail(f"{error}; then run this again")
    finally:
        await store.close()
    _tell({name: asdict(each) for name, each in found.items()})
    if found:
        print(f"Read once more: {new} uses were found that the journal did not have.")
    return 0


async def forget(config: Config) -> int:
    """Erase what was set aside, once the register has every use; return an exit code.

    A kiosk that runs is believed only of the journals that it tells of: it told that after it had
    taken their uses over, so where nothing was unsent then, each of those was sent, however long
    ago it was told (promise P1).
    """
    state = config.station.state
    running = find_status(state)
    try:
        if running is None:
            unsent = await _unsent(config)
        elif set_aside(state).keys() - running.get("spoiled", {}).keys():
            return _fail("the kiosk has not told yet how its uses do; run this again in a minute")
        elif running["unsent"] is None:
            return _fail("the disk does not give the journal now; kaikuportti status says why")
        else:
            unsent = int(running["unsent"])
        if unsent:
            words = "start the kiosk with the network, and run this again once they are sent"
            return _fail(f"{unsent} uses are still to be sent; {words}")
        let_go(state)
    except (StoreError, DiskError, OSError) as error:
        return _fail(f"{error}; nothing more was erased")
    print("Nothing is set aside any more.")
    return 0


async def _unsent(config: Config) -> int:
    store = await Store.open(config.station.state)
    try:
        return (await store.call(lambda stores: stores.journal.backlog())).unsent
    finally:
        await store.close()


def _tell(found: Mapping[str, Mapping[str, Any]]) -> None:
    for name, words in zip(found, describe_spoiled(found), strict=True):
        print(f"{name}: the journal {words}")
    print("Once the uses are sent: kaikuportti rescue --forget" if found else _NOTHING)


def _fail(words: str) -> int:
    sys.stderr.write(f"kaikuportti rescue: {words}\n")
    return 1
