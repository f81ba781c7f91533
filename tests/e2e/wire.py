"""A network between kiosk and register that can lose replies, as real ones do."""

import contextlib
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class LossyWire:
    """A TCP relay; the share ``loss`` of replies to what is posted is dropped after the fact.

    The register has then done its work, and the kiosk cannot know.
    """

    def __init__(self, port: int, rng: random.Random) -> None:
        """Relay to a loopback port; nothing is lost until ``loss`` is set."""
        self._to, self._rng = port, rng
        self.loss = 0.0
        self.lost = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address that the kiosk uses."""
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                near.close()
                continue
            _Connection(self, near, far)

    def loses(self, request: bytes) -> bool:
        """Decide whether the reply to a request is lost."""
        if not request.startswith((b"POST /api/v1/uses", b"PUT /api/v1/uses")):
            return False
        if self._rng.random() >= self.loss:
            return False
        self.lost += 1
        return True


class _Connection:
    """One connection, relayed in both directions."""

    def __init__(self, wire: LossyWire, near: socket.socket, far: socket.socket) -> None:
        self._wire, self._near, self._far = wire, near, far
        self._losing = False
        for work in (self._requests, self._replies):
            threading.Thread(target=work, daemon=True).start()

    def _requests(self) -> None:
        with self._closing():
            while data := self._near.recv(65536):
                if data.startswith((b"POST ", b"PUT ", b"GET ")):
                    self._losing = self._wire.loses(data)
                self._far.sendall(data)

    def _replies(self) -> None:
        with self._closing():
            while data := self._far.recv(65536):
                if self._losing:
                    return
                self._near.sendall(data)

    @contextmanager
    def _closing(self) -> Iterator[None]:
        with contextlib.suppress(OSError):
            yield
        for end in (self._near, self._far):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
