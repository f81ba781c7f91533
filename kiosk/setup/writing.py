"""Writes a configuration as TOML that people can go on editing."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_HEAD = """\
# This kiosk's configuration, written by `kaikuportti setup`. Edit it freely: `kaikuportti check`
# says what is wrong, and the kiosk reads it when it starts. Settings that are not here have their
# defaults; `kaikuportti check` prints them all.
"""


def as_toml(parts: Mapping[str, Any]) -> str:
    """Return a configuration as text: tables, and lists of tables, of plain values."""
    return "\n".join([_HEAD, *_tables(parts)])


def write_configuration(path: Path, text: str) -> Path | None:
    """Put the text in place, whole or not at all; return where what stood there is kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft, kept = path.with_suffix(".new"), _unused(path.with_suffix(".toml.before"))
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(0o644)
    before = path.exists()
    if before:
        os.link(path, kept)
    draft.replace(path)
    return kept if before else None


def _unused(path: Path) -> Path:
    """Return the path, numbered where something is kept there: what stood there first stays."""
    tried, number = path, 1
    while tried.exists():
        number += 1
        tried = path.with_name(f"{path.name}-{number}")
    return tried


def _tables(parts: Mapping[str, Any]) -> Iterator[str]:
    for name, part in parts.items():
        if isinstance(part, list):
            for one in part:
                yield f"[[{name}]]\n{_lines(one)}"
        else:
            yield f"[{name}]\n{_lines(part)}"


def _lines(part: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in part.items() if value is not None)


def _value(value: Any) -> str:
    """Return a value as TOML writes it; its strings, numbers and booleans are JSON's."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
