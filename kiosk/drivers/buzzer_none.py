"""No buzzer: a kiosk that is seen and not heard."""

from kiosk.ports import Buzzer, DriverSettings, Signal, Surroundings


class Settings(DriverSettings):
    """There is nothing to set."""


def connect(settings: Settings, surroundings: Surroundings) -> Buzzer:  # noqa: ARG001
    """Return the buzzer that is not there."""
    return NoBuzzer()


class NoBuzzer:
    """Is silent."""

    async def sound(self, signal: Signal) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""
