"""What a plan was made for: the ledger, the marketplace, the commit and the run of a CI."""

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
