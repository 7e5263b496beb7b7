"""Derive the outcome of a submission from the answer.

| answer | outcome |
|---|---|
| HTTP 2xx, `code` 200, an order number | receipt |
| `code` 400; HTTP 400, 404, 405, 411, 413, 414, 415, 422 | rejection |
| the same without the envelope: a wrong address, a gateway | rejection that stops the run |
| `code` or HTTP 401, 403 | rejection that stops the run |
| HTTP 429 | rejection that may be tried again |
| all else | in doubt |

Also in doubt: status and body contradict each other, a key stands twice in the body, the body has
two order numbers, or a refusal names an order anywhere.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from satops.adapters.marketplaces.eo_imagery.answer import (
    TOLD_CHARS,
    Answer,
    Envelope,
    envelope,
    may_name_an_order,
    named_in_address,
    named_orders,
    order_numbers,
)
from satops.core.order.submission import InDoubt, Outcome, Receipt, Rejection
from satops.core.safe import shown

RETRY_AFTER_DEFAULT_S: Final = 5.0
"""Wait after HTTP 429 without a readable Retry-After."""
ORDER_NO_CHARS_MAX: Final = 200
"""The documented numbers have 25 to 36 characters."""

_NAMES_MAX: Final = 5
_SUCCESS: Final = 200
_NO_RIGHT: Final = frozenset({401, 403})
_REFUSALS: Final = frozenset({400, 404, 405, 411, 413, 414, 415, 422})
_TOO_MANY: Final = 429


def outcome_of(answer: Answer, now: datetime) -> Outcome:
    """Return the outcome that a whole answer proves; `now` is for a Retry-After with a date."""
    found = envelope(answer)
    if found is not None and found.contradiction:
        return _doubt(f"The answer contradicts itself: {found.contradiction}.", answer, found)
    if 200 <= answer.status < 300:
        return _accepted(answer, found)
    if answer.status in _REFUSALS | _NO_RIGHT | {_TOO_MANY}:
        return _refused(answer, found, now)
    return _doubt(_unclear(answer.status), answer, found)


def order_number(data: object) -> str | None:
    """Return `data.orderNo` as text; None if it cannot be trusted.

    A whole number becomes its digits.  A number with white space, control characters or too many
    characters is not trusted: printed or copied it could name another order.  The caller keeps it
    as evidence.
    """
    value = data.get("orderNo") if isinstance(data, dict) else None
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return str(value)
    if not isinstance(value, str) or not 0 < len(value) <= ORDER_NO_CHARS_MAX:
        return None
    if value != value.strip() or not value.isprintable() or "\N{REPLACEMENT CHARACTER}" in value:
        return None
    return value


def retry_after_s(answer: Answer, now: datetime) -> float:
    """Return the seconds to wait after a 429: never negative, and bounded.

    The header holds seconds or an HTTP date.  A date is compared with the answer's own `Date`, if
    it has one.
    """
    value = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        return float(value)
    then = _http_date(value)
    if then is None:
        return RETRY_AFTER_DEFAULT_S
    served_at = _http_date(answer.headers.get("date", "")) or now
    return max(0.0, (then - served_at).total_seconds())


def _accepted(answer: Answer, found: Envelope | None) -> Outcome:
    if found is None:
        return _doubt("The answer is not the marketplace's JSON.", answer, found)
    if found.code == _SUCCESS:
        number = order_number(found.data)
        if number is None:
            reason = "The answer says success but has no usable order number."
            return _doubt(reason, answer, found)
        if len(order_numbers(found.whole)) > 1:
            reason = "The answer contradicts itself: it has several order numbers."
            return _doubt(reason, answer, found)
        if answer.redact(number) != number:
            return _doubt("The answer's order number holds a secret of ours.", answer, found)
        return Receipt(number)
    if (found.code == 400 or found.code in _NO_RIGHT) and not named_orders(found.whole):
        return _rejection(found.code, found, stops_run=found.code in _NO_RIGHT)
    return _doubt("The marketplace's answer is neither success nor refusal.", answer, found)


def _refused(answer: Answer, found: Envelope | None, now: datetime) -> Outcome:
    status = answer.status
    if named_in_address(answer.headers.get("location", "")):
        return _doubt("The answer refuses, and leads to an order.", answer, found)
    if found is None and (answer.is_encoded or may_name_an_order(answer.text)):
        return _doubt("The answer refuses, and cannot be read.", answer, found)
    if found is not None and (
        named_orders(found.whole) or found.code not in _REFUSALS | _NO_RIGHT | {_TOO_MANY}
    ):
        return _doubt("The HTTP status and the body contradict each other.", answer, found)
    if status == _TOO_MANY:
        message = found.message if found is not None else ""
        return Rejection(
            status, message or "Too many requests.", retry_after_s=retry_after_s(answer, now)
        )
    if found is not None:
        stops = status in _NO_RIGHT or found.code in _NO_RIGHT
        return _rejection(found.code, found, stops_run=stops)
    return Rejection(
        status,
        f"HTTP {status}, and the answer is not the marketplace's own. "
        f"Check marketplace.url and what lies between. It begins: {answer.excerpt()}",
        stops_run=True,
    )


def _doubt(reason: str, answer: Answer, found: Envelope | None) -> InDoubt:
    """Return a doubt; its evidence begins with the possible order numbers, so none is cut off."""
    names = [] if found is None else named_orders(found.whole)
    named = [shown(answer.redact(name), ORDER_NO_CHARS_MAX) for name in names[:_NAMES_MAX]]
    evidence = answer.evidence()
    for name in names:  # its end may be the beginning of a secret
        evidence = evidence.replace(shown(name, len(name)), shown(answer.redact(name), len(name)))
    if named:
        evidence = f"it names {', '.join(named)}; {evidence}"
    return InDoubt(reason, evidence, told=_told(answer, found))


def _told(answer: Answer, found: Envelope | None) -> str:
    """Return the target of a redirect, or the answer's message, as a sentence; empty if none."""
    leads_to = answer.headers.get("location", "") if 300 <= answer.status < 400 else ""
    if leads_to:
        return f"It leads to {shown(answer.redact(leads_to), TOLD_CHARS)}"
    says = answer.words() if found is None else found.message
    return f"It says: {says}" if says else ""


def _rejection(code: int, found: Envelope, *, stops_run: bool) -> Rejection:
    return Rejection(code, found.message or "The marketplace gave no message.", stops_run)


def _unclear(status: int) -> str:
    if 300 <= status < 400:
        return "The marketplace redirects; satops does not follow."
    if status >= 500:
        return "The marketplace failed with an error of its own."
    return f"The marketplace answered HTTP {status}, which proves nothing."


def _http_date(text: str) -> datetime | None:
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    # HTTP dates without a zone, or with -0000, are UTC.
    return then.replace(tzinfo=UTC) if then.tzinfo is None else then
