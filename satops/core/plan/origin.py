"""Where a plan belongs, and where an order of it comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a plan belongs.  A reviewed plan is good for nothing elsewhere."""

    ledger: str | None
    """Its id; None where there is no ledger."""
    marketplace: str
    """The normalised address in `satops.yaml`."""
    commit: str | None = None
    """What was checked out; None outside of git."""
    run: str | None = None
    """The id that the forge gives to a workflow's run or a pipeline; None elsewhere."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where one order comes from, as far as git and the forge tell; None where nobody told."""

    commit: str | None = None
    """The commit that last touched the spec or a file that it refers to."""
    committed: bool | None = None
    """Whether the bytes of all of these are those of the commit that is checked out."""
    pull_request: str | None = None
    approvals: tuple[str, ...] | None = None


NOTHING_KNOWN = Provenance()
