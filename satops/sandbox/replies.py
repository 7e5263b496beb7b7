"""Answers as bytes: the envelope `{code, message, data}` and its HTTP status."""

from msgspec import Struct

from satops.core import json_text
from satops.sandbox.options import Options

SUCCESS = 200
BAD_REQUEST = 400
UNAUTHORIZED = 401
SERVER_ERROR = 500
JSON = (b"content-type", b"application/json")


class Reply(Struct, frozen=True):
    """One HTTP answer."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = (JSON,)


def success(content: object) -> Reply:
    """Return the envelope of a success."""
    return Reply(SUCCESS, envelope(SUCCESS, "success", content))


def failure(code: int, message: str, options: Options) -> Reply:
    """Return the envelope of a failure.

    Its HTTP status is not documented, so an option decides.
    """
    shown = {"always-200": False, "auth-only": code == UNAUTHORIZED, "as-code": True}
    return Reply(code if shown[options.http_status] else 200, envelope(code, message, None))


def envelope(code: int, message: str, content: object) -> bytes:
    """Return the body of every answer of the API."""
    return json_text.dumps({"code": code, "message": message, "data": content})
