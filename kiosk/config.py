"""The kiosk's configuration: typed, closed, and precise about what is wrong with it.

Each device's part is declared by its own driver (:class:`kiosk.ports.DriverSettings`); this module
finds the driver by name and lets it read its part.
"""

import importlib.util
import ipaddress
import pkgutil
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kaiku.text import Language, Text
from kiosk import words
from kiosk.desk import Profile
from kiosk.mistakes import explain, key_of
from kiosk.ports import DriverSettings, Place
from kiosk.wiring import seldom_meant, taken_twice


class ConfigError(Exception):
    """The configuration is wrong; the text names file, key and mend, one problem a line."""


class UnreadableConfigError(ConfigError):
    """The configuration cannot be read now, as from a failing memory card: that may pass."""


class Role(StrEnum):
    """What a device does at the kiosk; the first part of its driver's file name."""

    SCANNER = "scanner"
    KEYPAD = "keypad"
    GATE = "gate"
    BUZZER = "buzzer"
    DISPLAY = "display"


class KeyPlace(StrEnum):
    """Where the key of the card digests is kept (decision 12).

    On the disk a kiosk reads cards without a network too; in memory only, a stolen one that was
    revoked comes to it no more.
    """

    DISK = "disk"
    MEMORY = "memory"


_LISTS = (Role.SCANNER, Role.DISPLAY)
"""The roles that several devices may have."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Station(_Part):
    """The kiosk itself. Times are in seconds.

    ``shown`` is how long a verdict stays, ``children`` how long the question for children stays
    open, ``repeat`` for how long the same card again is the same visit, ``group`` how long a group
    waits for its next card or key, ``passage`` how long a gate that watches waits for somebody to
    pass. ``forget_after`` is in days: a kiosk that has not heard the register for longer forgets
    the cards and their key.
    """

    name: str = Field(min_length=1, max_length=100)
    state: Place = Field(default=Path("/var/lib/kaikuportti"), strict=False)
    key: KeyPlace = Field(default=KeyPlace.DISK, strict=False)
    forget_after: int | None = Field(default=None, ge=1, le=365)
    profile: Profile = Field(default=Profile.ENTRANCE, strict=False)
    languages: tuple[Annotated[Language, Field(strict=False)], ...] = Field(
        default=(Language.FI, Language.SV, Language.EN), min_length=1, strict=False
    )
    attended: bool = False
    shown: float = Field(default=5.0, ge=1, le=60)
    children: float = Field(default=8.0, ge=1, le=60)
    repeat: float = Field(default=8.0, ge=0, le=300)
    group: float = Field(default=60.0, ge=10, le=600)
    passage: float = Field(default=20.0, ge=1, le=300)

    @field_validator("name")
    @classmethod
    def _is_legible(cls, name: str) -> str:
        if not name.strip() or not name.isprintable():
            raise ValueError("needs words that can be read, on one line")
        return name

    @field_validator("state")
    @classmethod
    def _is_whole(cls, state: Path) -> Path:
        if not state.is_absolute():
            raise ValueError("needs all of the path, such as /var/lib/kaikuportti")
        return state

    @field_validator("languages")
    @classmethod
    def _each_once(cls, languages: tuple[Language, ...]) -> tuple[Language, ...]:
        if len(set(languages)) < len(languages):
            raise ValueError("names a language twice; name each once, the first is shown largest")
        return languages


class Registry(_Part):
    """Where the register is, and how many seconds a scan may wait for it.

    ``allow_http`` says that the way to it is the venue's own, so that it need not be encrypted.
    """

    url: str
    budget: float = Field(default=0.8, gt=0, le=5)
    allow_http: bool = False

    @property
    def is_exposed(self) -> bool:
        """Whether others on the way can read what is said: the token, and the key of the cards."""
        parts = urlsplit(self.url)
        return parts.scheme == "http" and not self.allow_http and not _is_here(parts.hostname or "")

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        wrong = ValueError("needs an address such as https://kaikukanta.example")
        if not url.isprintable() or not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url):
            raise wrong
        try:
            parts = urlsplit(url)
            host = parts.port != 0 and parts.hostname
        except ValueError:  # brackets or a port that are none
            raise wrong from None
        if "@" in parts.netloc:
            raise ValueError("must name no user and no password; the kiosk has a token of its own")
        if not host or not _is_host(host):
            raise wrong
        return url.rstrip("/")


def _is_host(host: str) -> bool:
    """Tell whether it is a name or a number that a machine may have."""
    if ":" in host:  # in brackets, which were looked into
        return True
    if re.fullmatch(r"[\d.]+", host):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            return False
        return True
    try:
        labels = host.encode("idna").decode()
    except UnicodeError:
        return False
    return re.fullmatch(r"([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?", labels) is not None


def _is_here(host: str) -> bool:
    """Tell whether a host is this machine by whatever name: nothing leaves it then."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Metrics(_Part):
    """On which port of the loopback Prometheus finds the kiosk's figures; on none by default."""

    port: int | None = Field(default=None, ge=1, le=65_535)


class _Whole(_Part):
    station: Station
    registry: Registry
    metrics: Metrics = Field(default_factory=Metrics)
    scanner: list[dict[str, Any]] = Field(min_length=1)
    keypad: dict[str, Any] | None = None
    display: list[dict[str, Any]] = Field(default_factory=list)
    gate: dict[str, Any] = Field(default_factory=lambda: {"driver": "none"})
    buzzer: dict[str, Any] = Field(default_factory=lambda: {"driver": "none"})


@dataclass(frozen=True, slots=True)
class Device:
    """A configured device: the driver's module, and its settings as the driver reads them.

    ``key`` is where it stands in the configuration.
    """

    role: Role
    module: ModuleType
    settings: DriverSettings
    key: str
    number: int | None = None

    @property
    def name(self) -> str:
        """The device as the log and staff call it; numbered where another would be called so."""
        name = f"{self.role}/{self.settings.driver}"
        return name if self.number is None else f"{name} {self.number}"

    @property
    def in_words(self) -> Text:
        """The device as staff at the desk call it."""
        device = words.DEVICES[self.role]
        if self.number is None:
            return device
        return words.NUMBERED.fill(device=device, number=self.number)

    @property
    def is_none(self) -> bool:
        """Whether it says that there is no such device."""
        return self.settings.driver == "none"


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration, with every device's driver found."""

    station: Station
    registry: Registry
    devices: tuple[Device, ...]
    metrics: Metrics = field(default_factory=Metrics)

    def of(self, role: Role) -> tuple[Device, ...]:
        """Return the devices of a role."""
        return tuple(device for device in self.devices if device.role is role)

    def effective(self) -> dict[str, Any]:
        """Return every setting with its default filled in, as plain values."""
        whole: dict[str, Any] = {
            "station": self.station.model_dump(mode="json"),
            "registry": self.registry.model_dump(mode="json"),
            "metrics": self.metrics.model_dump(mode="json"),
        }
        for device in self.devices:
            settings = device.settings.model_dump(mode="json")
            if device.role in _LISTS:
                whole.setdefault(device.role.value, []).append(settings)
            else:
                whole[device.role.value] = settings
        return whole


def load(path: Path) -> Config:
    """Read a configuration file; raise :class:`ConfigError` with all that is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors put a mark before it
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except OSError as error:
        raise UnreadableConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None
    return configure(path, data)


def configure(path: Path, data: Mapping[str, Any]) -> Config:
    """Read what stands in a configuration file, or is to stand there; raise ConfigError."""
    whole: _Whole | None = None
    problems: list[str] = []
    try:
        whole = _Whole.model_validate(data)
    except ValidationError as error:
        problems += explain(path, error, _Whole, ())
    devices: list[Device] = []
    for role, number, part in _parts(data if whole is None else whole.model_dump()):
        where = (role.value,) if number is None else (role.value, number)
        try:
            devices.append(_device(path, role, where, part))
        except ConfigError as error:
            problems.append(str(error))
    if whole is not None and whole.station.profile is Profile.LIBRARY and not _has_keys(whole):
        problems.append(f"{path}: keypad: {_KEYS_NEEDED}")
    wired = [(device.key, device.settings) for device in devices]
    problems += [f"{path}: {key}: {mend}" for key, mend in taken_twice(wired)]
    if whole is None or problems:
        raise ConfigError("\n".join(problems))
    return Config(whole.station, whole.registry, _named_apart(devices), whole.metrics)


def read_device(role: Role, part: Mapping[str, Any]) -> Device:
    """Read one device's part, to try it before it stands in a file; raise ConfigError."""
    return _device(Path(role), role, (role.value,), part)


def without_file(error: ConfigError) -> str:
    """Return the problems as keys and mends, where there is no file yet to name."""
    return "\n".join(line.partition(": ")[2] for line in str(error).splitlines())


def unfit(path: Path, config: Config) -> Iterator[str]:
    """Yield what should not stay as it is here, as file, key and mend.

    It is what the devices need and this machine does not have, and a register whose way others can
    read. A kiosk that runs is not stopped for it, since that would shut its visitors out.
    """
    if config.registry.is_exposed:
        yield f"{path}: registry.url: {EXPOSED}"
    state = config.station.state
    if state.exists() and not state.is_dir():
        yield f"{path}: station.state: {state} is no folder; name another"
    for device in config.devices:
        for key, mend in device.settings.lacks().items():
            yield f"{path}: {device.key}.{key}: {mend}"


def doubtful(path: Path, config: Config) -> Iterator[str]:
    """Yield what is allowed and more often a slip, such as a line, as file, key and why."""
    for key, why in seldom_meant((device.key, device.settings) for device in config.devices):
        yield f"{path}: {key}: {why}"


MUTE = "a visitor would learn nothing: add a [[display]], or a [buzzer]"


def is_mute(config: Config) -> bool:
    """Tell whether a kiosk has neither a display nor a buzzer to tell a verdict with."""
    told_by = (*config.of(Role.DISPLAY), *config.of(Role.BUZZER))
    return all(device.settings.driver == "none" for device in told_by)


def _named_apart(devices: Sequence[Device]) -> tuple[Device, ...]:
    """Return the devices, those of one name numbered."""
    names = Counter(device.name for device in devices)
    seen: Counter[str] = Counter()
    named: list[Device] = []
    for device in devices:
        seen[device.name] += 1
        number = seen[device.name] if names[device.name] > 1 else None
        named.append(replace(device, number=number))
    return tuple(named)


EXPOSED = (
    "http:// lets others read the kiosk's token and the key of the cards on the way; write https://"
    ", or allow_http = true where the network is your own alone"
)

_KEYS_NEEDED = (
    'is missing; profile = "library" needs keys for the service and the sum: add [keypad], '
    'or a [[scanner]] with driver = "stdin"'
)


def _has_keys(whole: _Whole) -> bool:
    """Tell whether keys can be pressed; standard input is a scanner with keys."""
    return whole.keypad is not None or any(part.get("driver") == "stdin" for part in whole.scanner)


def drivers(role: Role) -> tuple[str, ...]:
    """Return the names of the drivers that serve a role."""
    package, prefix = _place(role)
    found = importlib.import_module(package)
    return tuple(
        sorted(
            info.name.removeprefix(prefix).replace("_", "-")
            for info in pkgutil.iter_modules(found.__path__)
            if info.name.startswith(prefix)
            and not info.name.startswith("_")
            and not info.ispkg
            and hasattr(importlib.import_module(f"{package}.{info.name}"), "connect")
        )
    )


def driver_of(role: Role, name: object) -> ModuleType | None:
    """Return the driver of a role that has this name, or None where there is none."""
    if not isinstance(name, str) or not re.fullmatch(r"[a-z]+(-[a-z]+)*", name):
        return None
    package, prefix = _place(role)
    place = f"{package}.{prefix}{name.replace('-', '_')}"
    if importlib.util.find_spec(place) is None:
        return None
    module = importlib.import_module(place)
    return module if hasattr(module, "connect") else None


def _place(role: Role) -> tuple[str, str]:
    if role is Role.DISPLAY:
        return "kiosk.display", ""
    return "kiosk.drivers", f"{role.value}_"


def _parts(data: Mapping[str, Any]) -> Iterator[tuple[Role, int | None, Mapping[str, Any]]]:
    """Yield the devices' parts that have the shape of one, in the order of the roles."""
    for role in (Role.SCANNER, Role.KEYPAD, Role.DISPLAY, Role.GATE, Role.BUZZER):
        found = data.get(role.value)
        if role in _LISTS and isinstance(found, list):
            yield from ((role, n, part) for n, part in enumerate(found) if isinstance(part, dict))
        elif role not in _LISTS and isinstance(found, dict):
            yield role, None, found


def _device(
    path: Path, role: Role, where: tuple[str | int, ...], part: Mapping[str, Any]
) -> Device:
    module = driver_of(role, part.get("driver"))
    if module is None:
        known = ", ".join(f'"{name}"' for name in drivers(role))
        raise ConfigError(f"{path}: {key_of((*where, 'driver'))}: must be one of {known}")
    try:
        settings = module.Settings.model_validate(dict(part))
    except ValidationError as error:
        raise ConfigError("\n".join(explain(path, error, module.Settings, where))) from None
    return Device(role, module, settings, key_of(where))
