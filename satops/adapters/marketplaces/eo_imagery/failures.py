"""What a network exception proves: that nothing was sent, or nothing.

requests raises the same `ConnectionError` for a refused connection and for one that was cut after
the server had read the order.  So two questions decide.  Had the connection begun to write the
request (`wire.Exchange.sent`)?  Is every class in the chain of causes in the table below?  A class
that is not in the table means in doubt.  A test lists the exception classes of requests, urllib3
and http.client, and fails for one that is missing from the table.
"""

from collections.abc import Callable, Iterator
from ssl import SSLCertVerificationError
from typing import Final

from msgspec import Struct

from satops.core.order.submission import InDoubt, NotSent
from satops.core.safe import shown

CA_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables with the path of a CA bundle; the first one that is set counts."""

_DETAIL_CHARS: Final = 300
_UNKNOWN_AUTHORITY_CODES: Final = frozenset({18, 19, 20, 21})
"""OpenSSL's error codes: self-signed, self-signed in the chain, issuer not found, signature cannot
be checked."""
_UNKNOWN_AUTHORITY: Final = (
    "The TLS handshake failed: the certificate is signed by an authority that this machine does "
    "not know. Where the network puts certificates of its own in the way, as a company's proxy "
    "does, ask for the file of its authority, and name it in REQUESTS_CA_BUNDLE or SSL_CERT_FILE."
)
_LINKS_MAX: Final = 20
"""Maximum length of a chain of causes: a longer one is a loop."""


class Meaning(Struct, frozen=True):
    """What one class of exception means before and after the first byte of the request."""

    before: str | None
    """None: it cannot come before the first byte, so even an unsent request is in doubt."""
    after: str


_CUT: Final = "The connection was cut after the request was sent."
_LATE: Final = "No whole answer came within the deadline."
_NOT_HTTP: Final = "The answer is not HTTP."
_SHORT: Final = "The answer was cut."
_BROKEN: Final = "The answer cannot be read."

_LINK: Final = Meaning("The connection failed.", _CUT)
_CONNECT: Final = Meaning("No connection could be made.", _CUT)
_TIMEOUT: Final = Meaning("No connection could be made in time.", _LATE)
_NAME: Final = Meaning("The name of the marketplace's host was not found.", _CUT)
_REFUSED: Final = Meaning("The connection was refused.", _CUT)
_TLS: Final = Meaning("The TLS handshake failed.", _CUT)
_PROXY: Final = Meaning("The proxy made no connection.", _CUT)
_REQUEST: Final = Meaning("The request cannot be made.", _BROKEN)
_GARBAGE: Final = Meaning("The proxy's answer is not HTTP.", _NOT_HTTP)
_ANSWER_CUT: Final = Meaning(None, _SHORT)
_ANSWER: Final = Meaning(None, _BROKEN)

_SYSTEM: Final[dict[str, Meaning]] = {
    "builtins.OSError": _CONNECT,
    "builtins.TimeoutError": _TIMEOUT,
    "builtins.ConnectionRefusedError": _REFUSED,
    "builtins.ConnectionError": _LINK,
    "socket.gaierror": _NAME,
    "socket.herror": _NAME,
    "ssl.SSLError": _TLS,
}
"""Classes of the operating system, with their subclasses."""

DECIDED: Final[dict[str, Meaning]] = {
    "requests.exceptions.RequestException": _LINK,
    "requests.exceptions.ConnectionError": _LINK,
    "requests.exceptions.ConnectTimeout": _TIMEOUT,
    # A timeout of the TLS handshake is a ReadTimeout too.
    "requests.exceptions.ReadTimeout": _TIMEOUT,
    "requests.exceptions.Timeout": _TIMEOUT,
    "requests.exceptions.ProxyError": _PROXY,
    "requests.exceptions.SSLError": _TLS,
    "requests.exceptions.URLRequired": _REQUEST,
    "requests.exceptions.MissingSchema": _REQUEST,
    "requests.exceptions.InvalidSchema": _REQUEST,
    "requests.exceptions.InvalidURL": _REQUEST,
    "requests.exceptions.InvalidProxyURL": _REQUEST,
    "requests.exceptions.InvalidHeader": _REQUEST,
    "requests.exceptions.HTTPError": _ANSWER,
    "requests.exceptions.InvalidJSONError": _ANSWER,
    "requests.exceptions.JSONDecodeError": _ANSWER,
    "requests.exceptions.TooManyRedirects": _ANSWER,
    "requests.exceptions.ChunkedEncodingError": _ANSWER_CUT,
    "requests.exceptions.ContentDecodingError": _ANSWER,
    "requests.exceptions.StreamConsumedError": _ANSWER,
    "requests.exceptions.RetryError": _ANSWER,
    "requests.exceptions.UnrewindableBodyError": _ANSWER,
    "urllib3.exceptions.HTTPError": _LINK,
    "urllib3.exceptions.PoolError": _LINK,
    "urllib3.exceptions.RequestError": _LINK,
    "urllib3.exceptions.ProtocolError": _LINK,
    "urllib3.exceptions.MaxRetryError": _LINK,
    "urllib3.exceptions.TimeoutError": _TIMEOUT,
    "urllib3.exceptions.ConnectTimeoutError": _TIMEOUT,
    "urllib3.exceptions.ReadTimeoutError": _TIMEOUT,
    "urllib3.exceptions.NewConnectionError": _CONNECT,
    "urllib3.exceptions.NameResolutionError": _NAME,
    "urllib3.exceptions.SSLError": _TLS,
    "urllib3.exceptions.ProxyError": _PROXY,
    "urllib3.exceptions.ProxySchemeUnknown": _REQUEST,
    "urllib3.exceptions.ProxySchemeUnsupported": _REQUEST,
    "urllib3.exceptions.LocationValueError": _REQUEST,
    "urllib3.exceptions.LocationParseError": _REQUEST,
    "urllib3.exceptions.URLSchemeUnknown": _REQUEST,
    "urllib3.exceptions.InvalidHeader": _ANSWER,
    "urllib3.exceptions.HostChangedError": _ANSWER,
    "urllib3.exceptions.TimeoutStateError": _ANSWER,
    "urllib3.exceptions.EmptyPoolError": _ANSWER,
    "urllib3.exceptions.FullPoolError": _ANSWER,
    "urllib3.exceptions.ClosedPoolError": _ANSWER,
    "urllib3.exceptions.DecodeError": _ANSWER,
    "urllib3.exceptions.ResponseError": _ANSWER,
    "urllib3.exceptions.ResponseNotChunked": _ANSWER,
    "urllib3.exceptions.BodyNotHttplibCompatible": _ANSWER,
    "urllib3.exceptions.IncompleteRead": _ANSWER_CUT,
    "urllib3.exceptions.InvalidChunkLength": _ANSWER_CUT,
    "urllib3.exceptions.HeaderParsingError": _ANSWER,
    "urllib3.exceptions.UnrewindableBodyError": _ANSWER,
    # http.client also reads a proxy's answer to CONNECT, before anything was sent.
    "http.client.HTTPException": _GARBAGE,
    "http.client.BadStatusLine": _GARBAGE,
    "http.client.LineTooLong": _GARBAGE,
    "http.client.UnknownProtocol": _GARBAGE,
    "http.client.RemoteDisconnected": _LINK,
    "http.client.IncompleteRead": _ANSWER_CUT,
    "http.client.UnknownTransferEncoding": _ANSWER,
    "http.client.UnimplementedFileMode": _ANSWER,
    "http.client.NotConnected": _ANSWER,
    "http.client.InvalidURL": _REQUEST,
    "http.client.ImproperConnectionState": _ANSWER,
    "http.client.CannotSendRequest": _ANSWER,
    "http.client.CannotSendHeader": _ANSWER,
    "http.client.ResponseNotReady": _ANSWER,
    "satops.adapters.marketplaces.eo_imagery.wire.ConnectedTooLate": _TIMEOUT,
    "satops.adapters.marketplaces.eo_imagery.wire.AnswerTooLong": Meaning(
        None, "The answer is too long."
    ),
}
"""Every exception class of the libraries, with its meaning."""


def failure_outcome(
    error: BaseException, evidence: str, *, sent: bool, redact: Callable[[str], str] = str
) -> NotSent | InDoubt:
    """Return what an exception proves; `sent` is True if a byte of the request may have left.

    `redact` removes secrets from the exception's text; `evidence` is already redacted.
    """
    links = list(chain(error))
    meanings = []
    for link in links:
        meaning = meaning_of(type(link))
        if meaning is None:
            return InDoubt(
                "An error that satops does not know.", f"{type(link).__name__}; {evidence}"
            )
        meanings.append(meaning)
    # Take the innermost cause whose class means something.
    telling = ([m for m in meanings if m not in (_LINK, _CONNECT)] or meanings)[-1]
    if sent or any(meaning.before is None for meaning in meanings):
        return InDoubt(telling.after, evidence)
    unknown = next((link for link in links if _is_unknown_authority(link)), None)
    if unknown is not None:
        return NotSent(f"{_UNKNOWN_AUTHORITY} ({shown(redact(str(unknown)), _DETAIL_CHARS)})")
    detail = shown(redact(str(links[-1])), _DETAIL_CHARS)
    return NotSent(f"{telling.before} ({detail})")


def _is_unknown_authority(error: BaseException) -> bool:
    is_about_a_certificate = isinstance(error, SSLCertVerificationError)
    return is_about_a_certificate and getattr(error, "verify_code", 0) in _UNKNOWN_AUTHORITY_CODES


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and its causes, outermost first, from all attributes that the libraries
    use.
    """
    seen: set[int] = set()
    waiting = [error]
    while waiting and len(seen) < _LINKS_MAX:
        link = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        causes = (*link.args, getattr(link, "reason", None), link.__cause__)
        waiting += [cause for cause in causes if isinstance(cause, BaseException)]


def meaning_of(kind: type[BaseException]) -> Meaning | None:
    """Return the meaning of a class, or None if the table lacks it."""
    name = f"{kind.__module__}.{kind.__qualname__}"
    if name in DECIDED:
        return DECIDED[name]
    if kind.__module__ not in {"builtins", "socket", "ssl"}:
        return None
    for ancestor in kind.__mro__:
        meaning = _SYSTEM.get(f"{ancestor.__module__}.{ancestor.__qualname__}")
        if meaning is not None:
            return meaning
    return None
