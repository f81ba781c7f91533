"""No gate: a door that stands open, or a desk where people see to it."""

from kiosk.ports import DriverSettings, Emit, Gate, Surroundings


class Settings(DriverSettings):
    """There is nothing to set."""


def connect(settings: Settings, surroundings: Surroundings) -> Gate:  # noqa: ARG001
    """Return the gate that is not there."""
    return NoGate()


class NoGate:
    """Lets everybody through and sees nobody."""

    watches = False

    async def run(self, emit: Emit) -> None:
        """Return at once."""

    async def open(self, persons: int) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""
