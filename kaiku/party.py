"""Who comes in on one card: the holder with the children and the people who help."""

from dataclasses import dataclass

LARGEST = 99
"""No count of a party is above this: two digits on a keypad, and any more is a slip."""


@dataclass(frozen=True, slots=True)
class Party:
    """The people of one use.

    ``children`` are the holder's minors and grandchildren (OM-44), ``helpers`` are assistants and
    interpreters, always free and outside every cap (OM-67), ``supporters`` are support persons,
    free where the venue follows the recommendation (OM-68). ``adults`` is 1, the holder, or 0 where
    nobody is admitted; of a group it is the leader and the members (OM-38).
    """

    children: int = 0
    helpers: int = 0
    supporters: int = 0
    adults: int = 1

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a count below 0 or above its bound."""
        for name in ("children", "helpers", "supporters", "adults"):
            count = getattr(self, name)
            if not 0 <= count <= LARGEST:
                raise ValueError(f"{name} must be from 0 to {LARGEST}, not {count}")

    @property
    def persons(self) -> int:
        """Everybody who walks through the gate."""
        return self.adults + self.children + self.helpers + self.supporters

    @property
    def seats(self) -> int:
        """What the party takes of a cap on seats: all but the helpers (OM-54, OM-67)."""
        return self.adults + self.children + self.supporters

    @property
    def visits(self) -> int:
        """What the party takes of a card's visits: the holder and each child (OM-60)."""
        return self.adults + self.children

    def within(self, other: "Party") -> bool:
        """Tell whether no count of this party is above the other's."""
        return (
            self.adults <= other.adults
            and self.children <= other.children
            and self.helpers <= other.helpers
            and self.supporters <= other.supporters
        )


ALONE = Party()
NOBODY = Party(adults=0)
