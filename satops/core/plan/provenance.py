"""Where an order to buy comes from, as far as git and the forge tell."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is known of one spec; None where nobody told."""

    commit: str | None = None
    """The commit that last touched the spec or a file that it refers to."""
    committed: bool | None = None
    """Whether the bytes of all of these are those of the commit that is checked out."""
    pull_request: str | None = None
    approvals: tuple[str, ...] | None = None


NOTHING_KNOWN = Provenance()
Provenances = Callable[[str], Provenance]
"""Returns what is known of the order of a name."""
