"""The origin of a plan, and the provenance of an order."""

from msgspec import Struct


class Origin(Struct, frozen=True):
    """The origin of a plan.  A reviewed plan is valid only there."""

    ledger: str | None
    """Id of the ledger; None without a ledger."""
    marketplace: str
    """Normalised address in `satops.yaml`."""
    commit: str | None = None
    """The checked-out commit; None outside of git."""
    run: str | None = None
    """Id of the forge's workflow run or pipeline; None elsewhere."""


class Provenance(Struct, frozen=True):
    """The provenance of one order; a value that git or the forge does not tell is None."""

    commit: str | None = None
    """The last commit that changed the spec or a file that it refers to."""
    committed: bool | None = None
    """Whether the bytes of these files equal the checked-out commit's."""
    pull_request: str | None = None
    approvals: tuple[str, ...] | None = None


NOTHING_KNOWN = Provenance()
