"""Notices: send the outcomes of orders to webhooks, from the events after a cursor.

The cursor is the event `NoticesSent`, appended after the message was sent: a notice may arrive
twice, but is never lost.  A new hook's cursor starts at the beginning of the current run.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from satops.core import json_text
from satops.core.ledger.chain import Head
from satops.core.ledger.events import (
    DoubtSettled,
    NoticesSent,
    StatusObserved,
    SubmissionLeftInDoubt,
    SubmissionPlaced,
    SubmissionRejected,
)
from satops.core.ledger.recorded import Recorded, read
from satops.core.offer import Offer
from satops.core.order.status import Status
from satops.core.plan.config import Hook
from satops.core.safe import encodable, safe
from satops.core.words import counted
from satops.ports import LedgerStore

FORMAT = "satops.notice/1"
NAMES_MAX = 20
"""Maximum number of orders that one message names."""


class OrderNews(Struct, frozen=True):
    """One outcome of one order."""

    seq: int
    what: str
    """`placed`, `rejected`, `in doubt`, `delivered` or `failed`."""
    name: str
    order_no: str | None


class Notice(Struct, frozen=True):
    """The message to one hook after one run."""

    news: tuple[OrderNews, ...]
    up_to: int
    """`seq` of the last event considered."""
    ledger: str
    marketplace: str
    first_after: int | None
    """`seq` of the first cursor of a new hook; None for a known hook."""

    @property
    def summary(self) -> str:
        """Number of orders by outcome: `2 orders placed, 1 order in doubt`."""
        counts = Counter(each.what for each in self.news)
        return ", ".join(f"{counted(count, 'order')} {what}" for what, count in counts.items())


def notice_for(
    hook: Hook, store: LedgerStore, offer: Offer, *, began: Head, ledger: str, marketplace: str
) -> Notice | None:
    """Return the notice of the events after the hook's cursor; None if there is nothing to send.

    `began` is the head at the start of the run.  Raises `LedgerError`.
    """
    after, up_to, first = began.seq, 0, True
    news: list[OrderNews] = []
    seen: set[tuple[str, str]] = set()
    for recorded in read(store.read()):
        up_to = recorded.seq
        event = recorded.event
        if isinstance(event, NoticesSent) and event.variable == hook.address_from:
            after, first = event.up_to, False
        if isinstance(event, StatusObserved):
            what = _what(offer.status(event.status))
            if what and (event.order_no, what) not in seen:
                news.append(OrderNews(up_to, what, event.name, event.order_no))
                seen.add((event.order_no, what))
        news += _news_of(recorded)
    news = [each for each in news if each.seq > after]
    if not news:
        return None
    return Notice(tuple(news), up_to, ledger, marketplace, began.seq if first else None)


def _news_of(recorded: Recorded) -> Iterator[OrderNews]:
    match recorded.event:
        case SubmissionPlaced(name=name, order_no=order_no):
            yield OrderNews(recorded.seq, "placed", name, order_no)
        case SubmissionRejected(name=name):
            yield OrderNews(recorded.seq, "rejected", name, None)
        case SubmissionLeftInDoubt(name=name):
            yield OrderNews(recorded.seq, "in doubt", name, None)
        case DoubtSettled(name=name, order_no=order_no, placed=True):
            yield OrderNews(recorded.seq, "placed", name, order_no)


def _what(status: Status) -> str:
    """Return the news in a status, which each order number gives once; empty if none."""
    return "delivered" if status.has_products else "failed" if status.is_failed else ""


def message(hook: Hook, notice: Notice) -> bytes:
    """Return the JSON body for a hook: the form of satops, or of Slack."""
    value = _slack(notice) if hook.form == "slack" else _own(notice)
    return json_text.dumps_replacing(value)


def _own(notice: Notice) -> Mapping[str, Any]:
    shown = notice.news[:NAMES_MAX]
    return {
        "format": FORMAT,
        "ledger": notice.ledger,
        "marketplace": notice.marketplace,
        "up_to": notice.up_to,
        "counts": dict(Counter(each.what for each in notice.news)),
        "orders": [
            {
                "seq": each.seq,
                "what": each.what,
                "name": encodable(each.name),
                "order_no": each.order_no and encodable(each.order_no),
            }
            for each in shown
        ],
        "more": len(notice.news) - len(shown),
    }


def _slack(notice: Notice) -> Mapping[str, Any]:
    lines = [f"satops at {_inert(notice.marketplace)}: {notice.summary}"]
    for each in notice.news[:NAMES_MAX]:
        number = f" ({_inert(each.order_no)})" if each.order_no else ""
        lines.append(f"• {each.what}: {_inert(each.name)}{number}")
    if (more := len(notice.news) - NAMES_MAX) > 0:
        lines.append(f"and {more:,} more")
    return {"text": "\n".join(lines), "mrkdwn": False}


def _inert(text: str) -> str:
    """Return text without Slack links and mentions, which `&`, `<` and `>` could begin."""
    return safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


Post = Callable[[str, bytes], str]
"""Sends a body to the address in an environment variable; returns the reason of a failure, or
""."""


def send_notices(
    hooks: Sequence[Hook], notices: Callable[[Hook], Notice | None], post: Post
) -> Iterator[NoticesSent | str]:
    """Send each hook its notice; yield the event to append, or the reason of a failure."""
    for hook in hooks:
        notice = notices(hook)
        if notice is None:
            continue
        if notice.first_after is not None:
            yield NoticesSent(hook.address_from, notice.first_after)
        why_not = post(hook.address_from, message(hook, notice))
        if why_not:
            yield f"The notice to {hook.address_from} was not sent: {why_not}"
        else:
            yield NoticesSent(hook.address_from, notice.up_to)
