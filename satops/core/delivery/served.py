"""The answer to a link: a product as a stream, or the failure."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from satops.core.hidden import repr_without


class LinkFailed(Exception):
    """A link gave no product; the message contains no secret."""

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
        """Whether the link may have expired, so that a new one is needed."""
        self.again = again
        """Whether the same request may succeed a moment later."""
        self.restart = restart
        """Whether the part cannot be resumed."""
        self.wait_s = wait_s
        """Seconds that the server asks to wait."""


class Served(Struct, frozen=True):
    """The answer to a link after its headers."""

    start: int
    """Offset of the body in the product."""
    total: int | None
    """Bytes of the whole product; None if the server does not say."""
    etag: str | None
    """Strong validator with which a part can be resumed."""
    content_type: str
    """The server's content type."""
    title: str
    """The server's file name, for messages; never a path."""
    redact: Callable[[str], str]
    """Removes the link's signature and the token from a text."""
    chunks: Iterator[bytes]
    """The body in pieces.  Raises `LinkFailed`."""

    __repr__ = repr_without("redact", "chunks")
