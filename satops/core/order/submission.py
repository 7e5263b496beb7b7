"""The four outcomes of a submission, as values.

Only certain knowledge makes an outcome not sent or rejected; everything else is in doubt.
"""

from typing import Annotated

from msgspec import Meta, Struct


class _Outcome(Struct, frozen=True, tag=True, tag_field="kind", forbid_unknown_fields=True):
    """A spool holds each with the name of its class as `kind`."""


class Receipt(_Outcome, frozen=True):
    """The marketplace answered with an order number: the order is placed."""

    order_no: Annotated[str, Meta(pattern=r"\S")]


class Rejection(_Outcome, frozen=True):
    """The marketplace certainly refused: nothing was bought."""

    code: int
    """The body's `code`, or the HTTP status without the envelope."""
    message: str
    stops_run: bool = False
    """Whether the next submission would fail too: no right, a wrong address, a gateway."""
    retry_after_s: float | None = None
    """Set only for HTTP 429, the one rejection that is retried within the run."""


class NotSent(_Outcome, frozen=True):
    """No byte of the request left this machine."""

    reason: str


class InDoubt(_Outcome, frozen=True):
    """The order may or may not exist; it is never sent again until the doubt is settled."""

    reason: str
    """A few fixed words."""
    evidence: str = ""
    """Status, headers, and the beginning of the body; never a secret."""
    claimed_no: str | None = None
    """The order number in the answer, if another name holds it."""
    told: str = ""
    """A sentence for people: the target of a redirect, or the message of an unexpected page."""
    used: bool = False
    """Whether the marketplace answered that the simulation result is missing or used: then absence
    never settles the doubt."""


Outcome = Receipt | Rejection | NotSent | InDoubt
