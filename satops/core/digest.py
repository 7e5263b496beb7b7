"""The form of a SHA-256."""

from typing import Annotated

from msgspec import Meta

Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""A SHA-256 in hex.  `msgspec.convert` refuses other texts."""
