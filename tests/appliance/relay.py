"""A door before the register: it passes on what comes, late or in TLS, as a test asks."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Receive = Callable[[socket.socket], socket.socket]


class Relay:
    """Takes connections at a port and passes them on to another."""

    def __init__(self, behind: int, port: int = 0) -> None:
        """Listen, for what serves at the port ``behind``."""
        self._behind = behind
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._taken: list[socket.socket] = []
        self._receive: Receive = lambda channel: channel
        self.delay = 0.0
        """Seconds by which each piece of an answer comes later."""
        threading.Thread(target=self._serve, daemon=True).start()

    def receive(self, receive: Receive) -> None:
        """Treat a new connection so from now on; end what has begun."""
        self._receive = receive
        while self._taken:
            _hang_up(self._taken.pop())

    def close(self) -> None:
        """Listen no longer, and end what has begun."""
        _hang_up(self._listener)
        self.receive(self._receive)

    def _serve(self) -> None:
        while True:
            try:
                channel, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._take, args=(channel,), daemon=True).start()

    def _take(self, channel: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            self._receive(channel) as outside,
            socket.create_connection(("127.0.0.1", self._behind)) as inside,
        ):
            self._taken += [outside, inside]
            answering = threading.Thread(
                target=_pass_on, args=(inside, outside, self.delay), daemon=True
            )
            answering.start()
            _pass_on(outside, inside, 0.0)


@contextmanager
def relay(behind: int, port: int = 0) -> Iterator[Relay]:
    """Stand before a port for a while."""
    found = Relay(behind, port)
    try:
        yield found
    finally:
        found.close()


def _pass_on(source: socket.socket, target: socket.socket, delay: float) -> None:
    with contextlib.suppress(OSError, ValueError):
        while piece := source.recv(65536):
            time.sleep(delay)
            target.sendall(piece)
    _hang_up(source)
    _hang_up(target)


def _hang_up(channel: socket.socket) -> None:
    with contextlib.suppress(OSError):
        channel.shutdown(socket.SHUT_RDWR)
    channel.close()
