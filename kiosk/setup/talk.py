"""Questions and answers at a terminal, beside which devices can be listened to."""

import asyncio
import os
import select
import termios
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, TextIO, TypeVar

T = TypeVar("T")

TYPED_TOO = 0.3
"""Seconds by which what a scanner types at the terminal may be apart from what is heard of it."""


class EndedError(Exception):
    """The terminal was closed in the middle of the talk."""


class Talk:
    """Tells and asks. Each question has a default, which Enter takes."""

    def __init__(
        self, lines: "asyncio.Queue[str | None]", out: TextIO, terminal: int | None = None
    ) -> None:
        """Take the lines that are typed, None at their end, where to write, and the terminal."""
        self._lines = lines
        self._out = out
        self._terminal = terminal

    def say(self, words: str = "") -> None:
        """Tell something."""
        print(words, file=self._out, flush=True)

    async def line(self) -> str:
        """Return what is typed next, without blanks around it. Raises :class:`EndedError`."""
        line = await self._lines.get()
        if line is None:
            self._lines.put_nowait(None)
            raise EndedError
        return line.strip()

    async def ask(
        self,
        question: str,
        default: str | None = None,
        wrong: Callable[[str], str | None] | None = None,
    ) -> str:
        """Ask until there is an answer; ``wrong`` says what to mend in one, or nothing."""
        while True:
            self._prompt(question if default is None else f"{question} [{default}]")
            answer = await self.line() or default
            if answer is None:
                self.say("  Type an answer.")
            elif wrong is None or (mend := wrong(answer)) is None:
                return answer
            else:
                self.say(f"  {mend}")

    async def choose(self, question: str, options: Mapping[str, str], default: str) -> str:
        """Ask for one of the options, which are listed with what they are; return its name."""
        names = [*options]
        widths = len(str(len(names))), max(12, 2 + max(map(len, names)))
        self.say(question)
        for number, (name, what) in enumerate(options.items(), 1):
            self.say(f"  {number:>{widths[0]}}  {name:<{widths[1]}}{what}")

        def chosen(answer: str) -> str | None:
            if answer in options:
                return answer
            if answer.isdecimal() and 1 <= int(answer) <= len(names):
                return names[int(answer) - 1]
            return None

        def wrong(answer: str) -> str | None:
            return None if chosen(answer) else f"Type a number from 1 to {len(names)}, or a name."

        return str(chosen(await self.ask("Which", default, wrong)))

    async def confirm(self, question: str, *, default: bool = True) -> bool:
        """Ask for yes or no."""
        yes, no = ("y", "yes", "k", "j"), ("n", "no", "e")

        def wrong(answer: str) -> str | None:
            return None if answer.casefold() in (*yes, *no) else "Type y or n."

        return (await self.ask(question, "y" if default else "n", wrong)).casefold() in yes

    async def whole_number(
        self, question: str, default: int | None, *, optional: bool = False
    ) -> int | None:
        """Ask for a number of 0 or more; where it is optional, ``-`` is none."""
        none = "-" if optional else None
        mend = "Type a number" + (", or - for none." if optional else ".")

        def wrong(answer: str) -> str | None:
            return None if answer.isdecimal() or answer == none else mend

        answer = await self.ask(question, none if default is None else str(default), wrong)
        return None if answer == "-" else int(answer)

    async def unless_typed(self, waiting: Coroutine[Any, Any, T]) -> T | str:
        """Return what is waited for, or the line that is typed first.

        A scanner may type its code here as well: what it is heard saying by then goes before, and
        what was typed at a terminal meanwhile is neither shown nor taken for another answer.
        """
        with self._unseen():
            heard, typed = asyncio.create_task(waiting), asyncio.create_task(self.line())
            try:
                await asyncio.wait((heard, typed), return_when=asyncio.FIRST_COMPLETED)
                if self._terminal is not None or not heard.done():
                    await asyncio.sleep(TYPED_TOO)
                return heard.result() if heard.done() else typed.result()
            finally:
                heard.cancel()
                typed.cancel()
                await asyncio.gather(heard, typed, return_exceptions=True)

    @contextmanager
    def _unseen(self) -> Iterator[None]:
        """Let the terminal show nothing of what is typed meanwhile, and forget it at the end."""
        if self._terminal is None:
            yield
            return
        before = termios.tcgetattr(self._terminal)
        silent = [*before]
        silent[3] &= ~(termios.ECHO | termios.ECHONL)
        try:
            termios.tcsetattr(self._terminal, termios.TCSANOW, silent)
            yield
        finally:
            with suppress(termios.error):  # the terminal was hung up
                termios.tcflush(self._terminal, termios.TCIFLUSH)
                termios.tcsetattr(self._terminal, termios.TCSANOW, before)
            self._forget_lines()

    def _forget_lines(self) -> None:
        has_ended = False
        while not self._lines.empty():
            has_ended = self._lines.get_nowait() is None or has_ended
        if has_ended:
            self._lines.put_nowait(None)

    def _prompt(self, question: str) -> None:
        print(f"{question}: ", end="", file=self._out, flush=True)


@asynccontextmanager
async def talk_at(descriptor: int, out: TextIO) -> AsyncIterator[Talk]:
    """Talk at a terminal, a pipe or a file, read by its descriptor."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    reading = asyncio.create_task(_read_lines(descriptor, lines))
    try:
        yield Talk(lines, out, descriptor if os.isatty(descriptor) else None)
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


async def _read_lines(descriptor: int, lines: "asyncio.Queue[str | None]") -> None:
    """Put each line into the queue, then None. The descriptor stays blocking, for it is shared."""
    begun = b""
    while data := await _read(descriptor):
        *whole, begun = (begun + data).split(b"\n")
        for line in whole:
            lines.put_nowait(line.decode(errors="replace"))
    if begun:
        lines.put_nowait(begun.decode(errors="replace"))
    lines.put_nowait(None)


async def _read(descriptor: int) -> bytes:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    try:
        loop.add_reader(descriptor, ready.set)
    except PermissionError:  # a regular file, which never blocks
        await asyncio.sleep(0)
    else:
        try:
            await ready.wait()
            while not select.select([descriptor], [], [], 0)[0]:  # it was forgotten meanwhile
                ready.clear()
                await ready.wait()
        finally:
            loop.remove_reader(descriptor)
    try:
        return os.read(descriptor, 4096)
    except OSError:  # the terminal was hung up
        return b""
