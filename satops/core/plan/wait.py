"""How long a merged order has waited to be bought."""

from msgspec import Struct


class Wait(Struct, frozen=True):
    """The wait of one order to create."""

    name: str
    hours: float | None
    """Hours since its spec or a file of it came to the branch.  None if git cannot tell: outside of
    git, in a shallow clone, and for files that were never committed."""
    limit_h: float
    """`nightly.waitsH`: a longer wait fails the nightly run."""

    @property
    def late(self) -> bool:
        """Whether it has waited too long."""
        return self.hours is not None and self.hours > self.limit_h
