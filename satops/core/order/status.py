"""The status of an order, independent of its marketplace's numbers and words."""

from enum import Enum, auto

from msgspec import Struct


class Stage(Enum):
    """What can still be expected of an order."""

    ORDERED = auto()
    UNDERWAY = auto()
    DELIVERED = auto()
    """It has products, and more may come."""
    COMPLETED = auto()
    """It has products, and no more come."""
    FAILED = auto()
    """No product will come."""


class Status(Struct, frozen=True):
    """A status of one marketplace."""

    number: int | None
    """The marketplace's number, as in the ledger; None if never read."""
    word: str
    """Word of satops: `awaiting-image`; `status-77` for an undocumented number; empty for None."""
    stage: Stage | None = None
    """None if not known."""
    theirs: str = ""
    """The marketplace's word, if it differs."""

    @property
    def words(self) -> str:
        """Both words: `awaiting-image (5, pending image)`."""
        if self.stage is None:
            return self.word
        return f"{self.word} ({', '.join(filter(None, (str(self.number), self.theirs)))})"

    @property
    def has_products(self) -> bool:
        """Whether it has products to download."""
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
        """Whether products may still come, and none has."""
        return not (self.has_products or self.is_finished)
