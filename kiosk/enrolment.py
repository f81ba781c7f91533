"""Making a kiosk one of the register's: its identity, and its first cards."""

import sys

from kiosk.config import Config, KeyPlace
from kiosk.disk import DiskError, with_mend
from kiosk.files import StoreError
from kiosk.identity import NotEnrolledError, UnreadableIdentityError, load_identity
from kiosk.keying import identity_to_keep
from kiosk.registry import RegistryClient, RegistryError, RejectedError
from kiosk.store import Store, Stores
from kiosk.sync import fetch


async def enrol_kiosk(config: Config, code: str, *, again: bool) -> int:
    """Trade the code for an identity, keep it, and fetch the cards; return an exit code.

    A first fetch that breaks off is no failure of the enrolment: the kiosk goes on with it when it
    runs. The store is opened and written first, so that no code is spent while another kiosk runs
    here or the disk is full.
    """
    folder = config.station.state
    if not code:
        return _fail("no code was given; make one in the register and type it here")
    if not (code.isascii() and code.isprintable()):
        return _fail("the code has letters that no code has; type or scan it again")
    if not again and _is_enrolled(config):
        return _fail("this kiosk is enrolled already; to replace its identity add --again")
    try:
        store = await Store.open(folder)
    except StoreError as error:
        return _fail(str(error))
    try:
        await store.call(Stores.try_to_write)
        async with RegistryClient(config.registry.url, None) as registry:
            identity = await registry.enrol(code, config.station.name)
        # The new identity goes with no cards of the former one, whenever the power goes.
        await store.call(lambda stores: stores.cache.wipe())
        identity_to_keep(identity, config.station).save(folder)
        print(f"Enrolled as {config.station.name}.")
        async with RegistryClient(config.registry.url, identity.token) as registry:
            await fetch(registry, store, _tell)
        cards = await store.call(lambda stores: stores.cache.cards)
        print(f"The kiosk has {cards} cards and is ready to run.")
        if config.station.key is KeyPlace.MEMORY:
            print("The key of the card digests is not on the disk: the kiosk needs the network")
            print("each time it starts, before it reads cards.")
    except RejectedError as error:
        return _fail(str(error))
    except (DiskError, OSError) as error:
        return _fail(f"{folder} cannot be written: {with_mend(error)}; then try again")
    except RegistryError as error:
        if _is_enrolled(config):
            print(f"The cards could not all be fetched ({error}); the kiosk will go on by itself.")
            return 0
        return _fail(f"the register at {config.registry.url} did not answer: {error}")
    finally:
        await store.close()
    return 0


def _is_enrolled(config: Config) -> bool:
    try:
        load_identity(config.station.state)
    except NotEnrolledError:
        return False
    except UnreadableIdentityError:  # there is one, and it may be read again
        return True
    return True


def _tell(rows: int) -> None:
    if rows % 50_000 == 0:
        print(f"{rows} rows fetched", flush=True)


def _fail(words: str) -> int:
    sys.stderr.write(f"kaikuportti enrol: {words}\n")
    return 1
