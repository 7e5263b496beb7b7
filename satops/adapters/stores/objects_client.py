"""The clients of S3, Google Cloud Storage and Azure: `s3://…`, `gs://…` and `az://…`.

Credentials and endpoints come from the environment only.  Whoever edits satops.yaml could otherwise
choose the server that receives the credentials.
"""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec import Struct
from obstore import store

from satops.core.redaction import shown_address
from satops.errors import UsageError

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Client

ENDPOINTS = {
    "s3": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    "gs": ("GOOGLE_BASE_URL",),
    "az": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
}
"""Environment variables with an endpoint; the first one that is set counts."""

ANSWER_S = 30.0
_RETRIES = {
    # Safe for a write too: a name can be taken once, and the object shows whose it is.
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=20),
    "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=3)},
}
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,221}")
_SEGMENT = re.compile(r"(?!\.{1,2}$)[\w.=+@-]+")
_LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


class ObjectAddress(Struct, frozen=True):
    """The parts of an address in object storage."""

    scheme: str
    bucket: str
    """Azure calls it a container."""
    prefix: str
    endpoint: str | None
    """Endpoint of a server other than the cloud's own."""

    @property
    def shown(self) -> str:
        """Address for messages and notes."""
        at = f"?endpoint={self.endpoint}" if self.endpoint else ""
        return f"{self.scheme}://{'/'.join(filter(None, (self.bucket, self.prefix)))}{at}"

    def below(self, name: str) -> "ObjectAddress":
        """Return the address of another ledger below this prefix."""
        prefix = "/".join(filter(None, (self.prefix, name)))
        return ObjectAddress(self.scheme, self.bucket, prefix, self.endpoint)


def parse_address(
    scheme: str, rest: str, environ: Mapping[str, str] | None = None, *, what: str = "a ledger"
) -> ObjectAddress:
    """Parse the part after `SCHEME:` in the address of `what`.  Raises `UsageError`."""
    slashes, path = rest[:2], rest[2:].rstrip("/")
    bucket, _, prefix = path.partition("/")
    segments = prefix.split("/") if prefix else []
    if (
        slashes != "//"
        or not _BUCKET.fullmatch(bucket)
        or not all(map(_SEGMENT.fullmatch, segments))
    ):
        raise UsageError(
            f"`{shown_address(f'{scheme}:{rest}')}` does not name {what}. "
            f"Write `{scheme}://BUCKET/PREFIX`. An endpoint other than the cloud's own is named by "
            f"{ENDPOINTS[scheme][0]} in the environment."
        )
    return ObjectAddress(scheme, bucket, prefix, _endpoint(scheme, environ or os.environ))


def open_client(
    address: ObjectAddress,
    *,
    answer_s: float = ANSWER_S,
    retries: Mapping[str, Any] | None = None,
) -> "Client":
    """Return a client for an address; sends nothing.

    `answer_s` bounds one request.  Raises `UsageError` if the environment lacks settings.
    """
    config: dict[str, Any] = {}
    if address.endpoint:
        config["base_url" if address.scheme == "gs" else "endpoint"] = address.endpoint
    if address.scheme == "s3":
        # The environment could turn conditional writes off, and two writers would win.  A bucket
        # with Object Lock requires a checksum.
        config |= {
            "conditional_put": "etag",
            "disable_bulk_delete": True,
            "checksum_algorithm": "SHA256",
        }
    make: Any = {"s3": store.S3Store, "gs": store.GCSStore, "az": store.AzureStore}[address.scheme]
    try:
        return make(  # type: ignore[no-any-return]
            address.bucket,
            prefix=address.prefix or None,
            config=config,
            client_options={
                "timeout": timedelta(seconds=answer_s),
                "allow_http": _is_plain(address.endpoint),
            },
            retry_config=retries or _RETRIES,
        )
    except Exception as error:
        first, *_ = str(error).splitlines() or [""]
        raise UsageError(
            f"The environment does not give access to {address.shown}: {first}"
        ) from None


def _endpoint(scheme: str, environ: Mapping[str, str]) -> str | None:
    named = next((name for name in ENDPOINTS[scheme] if environ.get(name)), None)
    if named is None:
        return None
    endpoint = environ[named].rstrip("/")
    url = urlsplit(endpoint)
    if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query:
        raise UsageError(f"{named} is not an address like `https://storage.example.org:9000`.")
    if url.scheme == "http" and url.hostname not in _LOOPBACK:
        raise UsageError(
            f"{named} is a plain http address. Whoever listens on the way could change the "
            "ledger. Use https; only this machine itself may be spoken to without."
        )
    return endpoint


def _is_plain(endpoint: str | None) -> bool:
    return endpoint is not None and endpoint.startswith("http:")
