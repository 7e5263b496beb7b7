"""How long an order that was merged has waited to be bought."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wait:
    """The wait of one order to create."""

    name: str
    hours: float | None
    """Since its spec, or what the spec refers to, came to the branch.  None where git cannot tell:
    outside of git, in a shallow clone, and for files that were never committed."""
    limit_h: float
    """`nightly.waitsH`: a longer wait fails the night."""

    @property
    def late(self) -> bool:
        """Whether it has waited for too long."""
        return self.hours is not None and self.hours > self.limit_h
