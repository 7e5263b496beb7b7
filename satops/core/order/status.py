"""How far an order is, whatever number and word its marketplace has for that."""

from dataclasses import dataclass
from enum import Enum, auto


class Stage(Enum):
    """What may be expected of an order."""

    ORDERED = auto()
    UNDERWAY = auto()
    DELIVERED = auto()
    """There are products, and more may come."""
    COMPLETED = auto()
    """There are products, and nothing more comes."""
    FAILED = auto()
    """Nothing comes."""


@dataclass(frozen=True, slots=True)
class Status:
    """A status of one marketplace."""

    number: int | None
    """As the marketplace has it, and the ledger; None where none was ever read."""
    word: str
    """Ours: `awaiting-image`; `status-77` for a number that is not documented; empty for None."""
    stage: Stage | None = None
    """None where nobody knows."""
    theirs: str = ""
    """The marketplace's word, where it is another one."""

    @property
    def words(self) -> str:
        """Both words: `awaiting-image (5, pending image)`."""
        if self.stage is None:
            return self.word
        return f"{self.word} ({', '.join(filter(None, (str(self.number), self.theirs)))})"

    @property
    def has_products(self) -> bool:
        """Whether there is something to download."""
        return self.stage in (Stage.DELIVERED, Stage.COMPLETED)

    @property
    def is_finished(self) -> bool:
        """Whether nothing more is expected."""
        return self.stage in (Stage.COMPLETED, Stage.FAILED)

    @property
    def is_failed(self) -> bool:
        """Whether nothing will ever be delivered."""
        return self.stage is Stage.FAILED

    @property
    def is_awaited(self) -> bool:
        """Whether nothing is delivered yet, and something may be."""
        return not (self.has_products or self.is_finished)
