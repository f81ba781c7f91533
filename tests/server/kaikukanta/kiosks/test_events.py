"""Events as they come from a real process, when another process changes something."""

import gzip
import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx
import psycopg
import pytest
from sqlalchemy import make_url

from tests.databases import Databases
from tests.server.kaikukanta.kiosks.feed import parse
from tests.server.kaikukanta.process import PATIENCE, Served, made, seeded, serving

TOLD_WITHIN = 1.0
"""Seconds in which a connected kiosk is told, on a busy machine; it is some tenths of one."""


@pytest.fixture(scope="module")
def served(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a register in a process of its own."""
    directory = tmp_path_factory.mktemp("served")
    with databases.prepared(seeded) as url, serving(url, directory) as served:
        yield served


@pytest.fixture(scope="module")
def tokens(served: Served) -> dict[str, str]:
    """Give the tokens of a kiosk at the entry and of one at the pool."""
    codes = made()["vars"]
    return {
        name: served.enrol(codes[code])["token"]
        for name, code in (("entry", "enrolment"), ("pool", "enrolment_pool"))
    }


_FRESH = itertools.count()


class Listening:
    """An open stream of events."""

    def __init__(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        self._lines = answer.iter_lines()

    def next(self) -> tuple[str, str]:
        """Return the next event's name and cursor."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line and "event" in fields:
                return fields["event"], json.loads(fields["data"])["cursor"]
            name, _, value = line.partition(": ")
            fields[name] = value
        raise EOFError


@contextmanager
def listening(served: Served, token: str, patience: float = PATIENCE) -> Iterator[Listening]:
    """Listen as the kiosk with the token; the first event, the position, is read already."""
    with (
        httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=patience) as client,
        client.stream("GET", f"{served.url}/api/v1/kiosk/events") as answer,
    ):
        stream = Listening(answer)
        assert stream.next()[0] == "position"
        yield stream


def card() -> str:
    """Return the number of a valid card, another at each call."""
    number: str = made()["codes"][next(_FRESH)]
    return number


def test_an_ended_card_is_told_within_a_moment(served: Served, tokens: dict[str, str]) -> None:
    """Another process ends a card: every kiosk is told, and finds it in its changes (P4)."""
    headers = {"Authorization": f"Bearer {tokens['pool']}"}
    changes = f"{served.url}/api/v1/kiosk/changes"
    first = parse(httpx.get(changes, headers=headers, timeout=PATIENCE).text)
    with (
        listening(served, tokens["entry"]) as entry,
        listening(served, tokens["pool"]) as pool,
    ):
        served.admin("card", "end", card())
        began = time.monotonic()
        assert (entry.next()[0], pool.next()[0]) == ("changed", "changed")
        assert time.monotonic() - began < TOLD_WITHIN
    after = {"after": first.end.cursor}
    got = parse(httpx.get(changes, headers=headers, params=after, timeout=PATIENCE).text)
    assert len(got.rows) == 1


def test_a_use_is_told_to_the_kiosks_of_its_offering_only(
    served: Served, tokens: dict[str, str]
) -> None:
    """A tally concerns those who count it; the others hear only of what comes after."""
    use = {"id": str(uuid4()), "card": card(), "offering": made()["vars"]["pool"]}
    venue = {"Authorization": f"Bearer {made()['vars']['token']}"}
    with (
        listening(served, tokens["entry"]) as entry,
        listening(served, tokens["pool"]) as pool,
    ):
        answer = httpx.post(f"{served.url}/api/v1/uses", json=use, headers=venue, timeout=PATIENCE)
        assert answer.json()["outcome"] == "accepted"
        name, at_use = pool.next()
        assert name == "changed"
        served.admin("card", "end", card())
        assert int(entry.next()[1]) > int(at_use)


def test_a_kiosk_that_is_taken_out_is_told_and_cut_off(
    served: Served, tokens: dict[str, str]
) -> None:
    """Its stream ends with `revoked`, and its token is refused; others stay."""
    kiosk = served.enrol(made()["vars"]["enrolment_performance"])
    with (
        listening(served, tokens["pool"]) as other,
        listening(served, kiosk["token"]) as stream,
    ):
        served.admin("kiosk", "revoke", kiosk["kiosk"])
        assert stream.next()[0] == "revoked"
        with pytest.raises(EOFError):
            stream.next()
        served.admin("card", "end", card())
        assert other.next()[0] == "changed"
    headers = {"Authorization": f"Bearer {kiosk['token']}"}
    answer = httpx.get(f"{served.url}/api/v1/kiosk/changes", headers=headers, timeout=PATIENCE)
    assert (answer.status_code, answer.json()["code"]) == (401, "revoked")


def test_a_compressed_page_is_streamed(served: Served, tokens: dict[str, str]) -> None:
    """Over a real connection the gzip stream unpacks to the same lines."""
    changes = f"{served.url}/api/v1/kiosk/changes"
    headers = {"Authorization": f"Bearer {tokens['entry']}", "Accept-Encoding": "gzip"}
    with httpx.stream("GET", changes, headers=headers, timeout=PATIENCE) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["transfer-encoding"] == "chunked"
    page = parse(gzip.decompress(packed).decode())
    plain = {**headers, "Accept-Encoding": "identity"}
    assert page == parse(httpx.get(changes, headers=plain, timeout=PATIENCE).text)
    assert len(page.rows) > 600


def test_a_lost_notification_is_made_good(
    served: Served, tokens: dict[str, str], databases: Databases
) -> None:
    """PostgreSQL cuts the listening connection: the next change is told all the same."""
    url = make_url(served.database_url)
    if url.get_backend_name() == "sqlite":
        pytest.skip("SQLite does not notify")
    name, host = url.database, url.query["host"]
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = %s AND query LIKE 'LISTEN%%'"
    )
    with listening(served, tokens["entry"]) as stream:
        with psycopg.connect(host=str(host), user=url.username, dbname="postgres") as connection:
            assert connection.execute(cut, [name]).rowcount == 1
        served.admin("card", "end", card())
        assert stream.next()[0] == "changed"
        time.sleep(1.5)
        served.admin("card", "out-of-use", card())
        began = time.monotonic()
        assert stream.next()[0] == "changed"
        assert time.monotonic() - began < TOLD_WITHIN


def test_the_log_holds_no_card_and_no_secret(served: Served, tokens: dict[str, str]) -> None:
    """Lines of JSON without numbers, tokens, codes or query strings, whatever is asked."""
    venue = {"Authorization": f"Bearer {made()['vars']['token']}"}
    number = card()
    body = {"card": number, "offering": str(uuid4())}
    httpx.post(f"{served.url}/api/v1/cards/check?card={number}", json=body, headers=venue)
    httpx.get(f"{served.url}/api/v1/nothing/{number}", headers=venue)
    log = served.log.read_text()
    secrets = (number, tokens["entry"], made()["vars"]["token"], made()["vars"]["enrolment"])
    assert not any(secret in log for secret in secrets)
    assert all("event" in json.loads(line) for line in log.splitlines())


def test_open_streams_do_not_hold_the_end_up(served: Served, tokens: dict[str, str]) -> None:
    """At the signal to end, streams end and the process is gone in about two seconds."""
    with listening(served, tokens["entry"]) as stream:
        assert served.end() < 3
        with pytest.raises(EOFError):
            stream.next()
    assert served.process.returncode == 0
