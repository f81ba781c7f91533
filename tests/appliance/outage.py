"""What stands at the register's address when the register does not: noise, or silence."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto


class Manner(Enum):
    """How calls are answered."""

    GARBAGE = auto()
    SILENCE = auto()


@contextmanager
def answering(port: int, manner: Manner) -> Iterator[None]:
    """Take every call at a port of the loopback, in a manner."""
    listener = socket.create_server(("127.0.0.1", port))
    taken: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                channel, _ = listener.accept()
            except OSError:
                return
            taken.append(channel)
            if manner is Manner.GARBAGE:
                _answer_noise(channel)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5.0)
        for channel in taken:
            channel.close()


def _answer_noise(channel: socket.socket) -> None:
    body = b'{"outcome": ["\x00", <html>' * 50
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    try:
        channel.settimeout(2.0)
        channel.recv(65536)
        channel.sendall(head % len(body) + body)
        channel.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
