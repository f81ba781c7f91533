"""What stands in the configuration before a setup: the answers that Enter takes."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from kiosk.config import (
    ConfigError,
    Metrics,
    Registry,
    Role,
    Station,
    configure,
    driver_of,
    without_file,
)
from kiosk.setup.talk import Talk

_SEVERAL = (Role.SCANNER, Role.DISPLAY)


def read_before(talk: Talk, path: Path) -> dict[str, Any]:
    """Return what can be kept of the file; what is wrong with it is told, and left out."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        talk.say(f"{path} cannot be read as a configuration; this makes a new one.")
        return {}
    try:
        configure(path, data)
    except ConfigError as error:
        talk.say(f"{path} is wrong here, and what is wrong is not kept:\n{without_file(error)}\n")
    return dict(_kept(data))


def _kept(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, model in (("station", Station), ("registry", Registry), ("metrics", Metrics)):
        if isinstance(table := data.get(name), dict):
            yield name, _sound(model, table)
    for role in Role:
        found = data.get(role.value)
        listed = found if isinstance(found, list) else [found]
        parts = [part for each in listed if (part := _device(role, each)) is not None]
        if parts:
            yield role.value, parts if role in _SEVERAL else parts[0]


def _device(role: Role, part: object) -> dict[str, Any] | None:
    """Return what can be kept of a device, or None where it names no driver that there is."""
    if not isinstance(part, dict):
        return None
    driver = driver_of(role, part.get("driver"))
    return None if driver is None else _sound(driver.Settings, part)


def _sound(model: type[BaseModel], table: dict[str, Any]) -> dict[str, Any]:
    """Return a table without the settings that are wrong in it."""
    try:
        model.model_validate(table)
    except ValidationError as error:
        wrong = {problem["loc"][0] for problem in error.errors() if problem["loc"]}
        return {key: value for key, value in table.items() if key not in wrong}
    return table
