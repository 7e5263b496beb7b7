"""Checks of `satops.yaml` beyond its schema: addresses, secrets, combinations of fields."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from satops.core.check import Check
from satops.core.loading import Document
from satops.core.plan.address import is_loopback
from satops.core.plan.config import SANDBOX, ApplyConfig
from satops.core.problem import Problem
from satops.core.spec.checks import CHECKS
from satops.offers import OFFERS

_VALUE, _FORM, _TOGETHER = CHECKS["V04"], CHECKS["V06"], CHECKS["V08"]
_CREDENTIAL = re.compile(r"//[^@]*:[^@]*@|(?:password|passwd|secret|token)\s*=", re.IGNORECASE)
"""A password before a host, or a password field of a connection string."""
_LONE_USER = re.compile(r"//[^/@:\s]+@")
"""`ssh://git@host` and `postgresql://satops@host` name a user and no password."""

WAIT_LEAST_S = 60
LOOKS_LEAST = 2
"""Minimum of `reconcile.looks` at a real marketplace."""

Remark = tuple[tuple[str, ...], Check, str]


def check_together(document: Document, file: str) -> list[Problem]:
    """Return the problems of a configuration that is valid by its schema."""
    value: dict[str, Any] = document.value
    market = value.get("marketplace", {})
    remarks = [
        *_kind(market.get("kind"), market.get("url", SANDBOX)),
        *_url(market.get("url", SANDBOX)),
        *_state(value.get("state", "")),
        *_timeouts(value.get("apply", {})),
        *_patience(value),
        *_corners(value.get("region")),
        *_encoding(value.get("aoi", {}).get("encoding")),
        *_severities(value.get("checks", {}), market.get("kind")),
    ]
    return [_problem(document, file, *remark) for remark in remarks]


def _severities(written: dict[str, str], kind: str | None) -> Iterator[Remark]:
    """Yield the codes that no check has: a misspelt one would look as if it were in force."""
    if not written or (kind is not None and kind not in OFFERS):
        return
    from satops.core.checks.catalogue import catalogue_of  # imports shapely

    checks = catalogue_of(OFFERS[kind or next(iter(OFFERS))]).checks
    for code in written:
        if code not in checks:
            words = f"There is no check {code}. `satops explain` lists them."
            yield ("checks", code), _VALUE, words


def _encoding(written: str | None) -> Iterator[Remark]:
    if written is None:
        return
    from satops.adapters.gis.encodings import codec_of

    if codec_of(written) is None:
        words = f"{written!r} is no encoding that satops knows. Write gbk or 1252, for example."
        yield ("aoi", "encoding"), _FORM, words


def _kind(written: str | None, url: str) -> Iterator[Remark]:
    if written is None:
        return
    if written not in OFFERS:  # not shown, since it may be a misplaced token
        words = f"This is no kind of marketplace that satops knows. Known are: {', '.join(OFFERS)}."
        yield ("marketplace", "kind"), _VALUE, words
    elif url == SANDBOX and not OFFERS[written].in_sandbox:
        words = f"The embedded sandbox sells nothing of the kind {written}. Name its address."
        yield ("marketplace", "url"), _TOGETHER, words


def _url(url: str) -> Iterator[Remark]:
    wrong = None if url == SANDBOX else wrong_url(url)
    if wrong:
        yield ("marketplace", "url"), _FORM, wrong


def wrong_url(url: str) -> str | None:
    """Return what is wrong with the marketplace's address, or None; never shows the address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "This is not an address. Write `sandbox`, or https://HOST/PATH."
    if "@" in url:
        return (
            "The address holds a user name or a password, and everybody who reads the repository "
            "can read it. Remove it; the token comes from the environment."
        )
    if not host.isascii() and (plain := _in_plain_letters(host)):
        return (
            f"The host has letters beyond a to z, and such letters can look like others. Write it "
            f"in the form that the network uses, and compare that with what you were given: {plain}"
        )
    if not url.isascii() or not url.isprintable() or " " in url:
        return "The address has characters that no address has. Write it in plain letters."
    if parts.scheme not in ("https", "http") or not host or port == 0:
        return "The address must be `sandbox`, or begin with https:// and name a host."
    if "?" in url or "#" in url:
        return "The address must end after its path: remove what begins with ? or #."
    if parts.scheme == "http" and not is_loopback(url):
        return (
            "Over plain HTTP everybody on the way can read the token and change the order. Write "
            "https://. Only addresses of this machine (127.0.0.1, ::1, localhost) may use http://."
        )
    return None


def _in_plain_letters(host: str) -> str | None:
    """Return the `xn--` form of a host's name; None if there is none, or if IDNA 2003 and 2008
    differ.

    Python's codec follows IDNA 2003, which maps some letters to others.
    """
    try:
        plain = host.encode("idna").decode("ascii")
        return plain if plain.encode("ascii").decode("idna") == host else None
    except UnicodeError:
        return None


def _state(state: str) -> Iterator[Remark]:
    if _CREDENTIAL.search(_LONE_USER.sub("//", state)):
        yield (
            ("state",),
            _FORM,
            (
                "The address of the ledger holds a password, and everybody who reads the "
                "repository can read it. Remove it, and give it in the environment, as the "
                "store's own tools take it (PGPASSWORD, for example)."
            ),
        )


def _timeouts(apply: dict[str, Any]) -> Iterator[Remark]:
    default = ApplyConfig()
    connect = apply.get("connectTimeoutS", default.connect_timeout_s)
    answer = apply.get("answerTimeoutS", default.answer_timeout_s)
    intent = apply.get("intentS", default.intent_s)
    least = connect + answer + 1
    if intent < least:
        yield (
            ("apply", "intentS"),
            _TOGETHER,
            (
                f"intentS is {intent:g}, and one request can take {connect + answer:g} seconds "
                f"(connectTimeoutS {connect:g} and answerTimeoutS {answer:g}). An intent must "
                f"outlive the request, or nothing could be sent in time. Write {least:g} or more."
            ),
        )


def _patience(value: dict[str, Any]) -> Iterator[Remark]:
    """Refuse settings that settle a doubt by absence almost at once.

    Allowed for the sandbox and for servers on this machine, where no money is spent.
    """
    url = value.get("marketplace", {}).get("url", SANDBOX)
    if url == SANDBOX or wrong_url(url) or is_loopback(url):
        return
    given = value.get("reconcile", {})
    for key, least, unit in (("waitS", WAIT_LEAST_S, " seconds"), ("looks", LOOKS_LEAST, "")):
        if key in given and given[key] < least:
            yield (
                ("reconcile", key),
                _TOGETHER,
                (
                    f"{key} is {given[key]:g}. An order in doubt would be called not placed before "
                    "the marketplace can show it, and be bought a second time. At a real "
                    f"marketplace write {least}{unit} or more; only the sandbox takes less."
                ),
            )


def _corners(region: list[float] | None) -> Iterator[Remark]:
    if region is None:
        return
    west, south, east, north = region
    if not (-90 <= south < north <= 90) or west == east:
        yield (
            ("region",),
            _TOGETHER,
            (
                "The region is [west, south, east, north] in degrees: south must be below "
                "north, both between -90 and 90. Longitude comes first."
            ),
        )


def _problem(
    document: Document, file: str, path: tuple[str, ...], check: Check, words: str
) -> Problem:
    return check.finding(path, words).problem_in(document, file, None)
