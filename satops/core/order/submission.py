"""The four outcomes of a submission, as values.

Only what is known to be not sent or rejected is called so; all else is in doubt.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """The marketplace answered with an order number: the order is placed."""

    order_no: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """The marketplace refused, for certain: nothing was bought."""

    code: int
    """The body's `code`, or the HTTP status where the body is not the envelope."""
    message: str
    stops_run: bool = False
    """The next submission would fail alike: no right, a wrong address, a gateway."""
    retry_after_s: float | None = None
    """Set only for HTTP 429, the one answer that may be tried again within the run."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """No byte of the request left this machine."""

    reason: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The order may or may not exist; it is never sent again until that is settled."""

    reason: str
    """A few fixed words."""
    evidence: str = ""
    """What was seen: status, headers, the beginning of the body; never a secret."""
    claimed_no: str | None = None
    """The number that was answered, where another name holds it."""
    told: str = ""
    """One sentence for whoever waits: where a redirect leads, or what a strange page says."""
    used: bool = False
    """The marketplace said that the simulation result is not there, or is used: absence from the
    account never settles such a doubt."""


Outcome = Receipt | Rejection | NotSent | InDoubt
