"""What is typed at a library's desk before the card is shown: a service, then a count or a sum."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kaiku.fee import LARGEST_SUM, Fee, of_count
from kaiku.offering import Offering, Tariff

MOST_CHOICES = 9
"""A service is chosen by one digit, from 1 on."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A service that can be chosen: an offering's tariff (OM-59)."""

    offering: Offering
    tariff: Tariff


def choices_of(offerings: Iterable[Offering]) -> tuple[Choice, ...]:
    """Return the services that the offerings cover, in their order; of more than nine the first."""
    every = (
        Choice(offering, tariff)
        for offering in offerings
        if not offering.excluded
        for tariff in offering.tariffs
    )
    return tuple(every)[:MOST_CHOICES]


@dataclass(frozen=True, slots=True)
class Slip:
    """A service that was chosen, and the digits typed for it.

    They are a count of pieces where a piece has a price, else a sum in cents.
    """

    choice: Choice
    digits: str = ""

    @property
    def fee(self) -> Fee | None:
        """What is to be covered; None while nothing is typed."""
        if not self.digits:
            return None
        tariff = self.choice.tariff
        if tariff.unit:
            return of_count(tariff, int(self.digits))
        return Fee(tariff.service, int(self.digits))

    def typed(self, digit: str) -> "Slip | None":
        """Return the slip with a digit more; None where the sum would be above the largest."""
        digits = (self.digits + digit).lstrip("0")
        if int(digits or 0) * (self.choice.tariff.unit or 1) > LARGEST_SUM:
            return None
        return replace(self, digits=digits)

    def cleared(self) -> "Slip | None":
        """Return the slip with a digit less; None where there was none, and another is chosen."""
        return replace(self, digits=self.digits[:-1]) if self.digits else None
