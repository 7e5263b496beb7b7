"""What a link gave: a product as a stream, or why there is none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


class LinkFailed(Exception):
    """A link gave no product; the message shows nothing of the link that is secret."""

    def __init__(
        self,
        reason: str,
        *,
        fresh: bool = False,
        again: bool = False,
        restart: bool = False,
        wait_s: float = 0.0,
    ) -> None:
        super().__init__(reason)
        self.fresh = fresh
        """Whether the link may have expired: the marketplace is asked for another one."""
        self.again = again
        """Whether the same may do better in a moment."""
        self.restart = restart
        """Whether what is here of the product cannot be gone on with."""
        self.wait_s = wait_s
        """How long the server asks to wait, in seconds."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a link gives, as far as its head tells."""

    start: int
    """Where the body begins in the product: at what was here already, or at 0."""
    total: int | None
    """Bytes of the whole product, where the sender says so."""
    etag: str | None
    """A strong validator, by which a part can be gone on with."""
    content_type: str
    """The sender's word for it."""
    title: str
    """The sender's name of the file, for people; never a path."""
    redact: Callable[[str], str] = field(repr=False)
    """Takes the link's signature and the token out of a text."""
    chunks: Iterator[bytes] = field(repr=False)
    """The body; raises `LinkFailed`."""
