"""Send notices to webhooks, whose addresses are secrets."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import requests

from satops.core.plan.address import is_loopback

_TIMEOUT_S = 10.0


def post_to(environ: Mapping[str, str], variable: str, body: bytes) -> str:
    """Send a JSON body to the address in an environment variable; return the reason of a failure,
    or "".

    Follows no redirect.  The reason contains neither the address nor the answer.
    """
    address = environ.get(variable, "").strip()
    if not address:
        return f"{variable} is not set."
    if not _may_be_sent_to(address):
        return f"{variable} holds no https address."
    try:
        with requests.post(
            address,
            data=body,
            headers={"Content-Type": "application/json"},
            timeout=_TIMEOUT_S,
            allow_redirects=False,
            stream=True,  # the body of the answer is not read
        ) as answer:
            return "" if answer.ok and not answer.is_redirect else f"HTTP {answer.status_code}."
    except (requests.RequestException, ValueError) as error:
        return f"{type(error).__name__}."


def _may_be_sent_to(address: str) -> bool:
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return False
    return scheme == "https" or (scheme == "http" and is_loopback(address))
