"""A terminal at which a test plays the installer: it waits for words and types answers."""

import asyncio
import io
import os
import termios

PATIENCE = 20.0


class Terminal:
    """A pipe for what is typed, and all that was said."""

    def __init__(self) -> None:
        """Open the pipe."""
        self.descriptor, self.typing = self._open()
        self.said = io.StringIO()
        self._read = 0

    def _open(self) -> tuple[int, int]:
        return os.pipe()

    async def answer(self, words: str, answer: str = "") -> None:
        """Wait until these words have been said, after those waited for before; type a line."""
        await self.hear(words)
        self.type(answer)

    async def hear(self, words: str) -> None:
        """Wait until these words have been said."""
        try:
            async with asyncio.timeout(PATIENCE):
                while (found := self.said.getvalue().find(words, self._read)) < 0:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(
                f"{words!r} was not said; after it:\n{self.said.getvalue()[self._read :]}"
            ) from None
        self._read = found + len(words)

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self.typing, f"{line}\n".encode())

    def close(self) -> None:
        """Close the terminal: whoever reads it sees its end."""
        os.close(self.typing)


class Console(Terminal):
    """A real terminal, which shows what is typed at it for as long as it is told to."""

    def _open(self) -> tuple[int, int]:
        typing, descriptor = os.openpty()
        os.set_blocking(typing, False)
        return descriptor, typing

    def echoes(self) -> bool:
        """Tell whether the terminal shows what is typed."""
        return bool(termios.tcgetattr(self.descriptor)[3] & termios.ECHO)

    def shown(self) -> str:
        """Return what the terminal has shown of what was typed, since it was looked at last."""
        try:
            return os.read(self.typing, 65536).decode()
        except BlockingIOError:
            return ""

    def close(self) -> None:
        """Close both ends."""
        os.close(self.descriptor)
        super().close()
