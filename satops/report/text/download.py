"""Reports about products as text: download, refresh, trace, and the comparison of a target with the
ledger.
"""

from collections.abc import Iterator

from satops.core.safe import safe
from satops.core.words import counted, moment
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone
from satops.workflow.download_report import DownloadReport, Failure, Product
from satops.workflow.refresh import Observed, RefreshReport
from satops.workflow.trace import Traced, TraceReport
from satops.workflow.verify import DeliveriesReport

_UNITS = ("B", "kB", "MB", "GB", "TB")
_NAMED_MAX = 10


def download_blocks(report: DownloadReport) -> Iterator[Block]:
    """Yield the fetched products, the failures, and the sums."""
    if report.fetched:
        header = ("NAME", "PRODUCT", "SIZE", "FILE")
        yield Table(header, report.fetched, _row, right=frozenset({2}), names=frozenset({0}))
        yield BLANK
    for product in report.fetched:
        if product.is_changed:
            yield Line(
                f"{safe(product.name)}: product {safe(product.product)} has other bytes than "
                "before. Both are kept; ask the marketplace why.",
                Tone.WARNING,
            )
    for failure in report.failures:
        yield Line(failure_line(failure), Tone.ERROR)
    for name in report.unknown[:_NAMED_MAX]:
        yield Line(f"{safe(name)}: the marketplace does not show this order.", Tone.WARNING)
    if report.catalog_error:
        yield Line(
            f"The STAC catalog beside the products could not be written: "
            f"{safe(report.catalog_error)}. The next download tries again.",
            Tone.ERROR,
        )
    if report.is_cut_short:
        yield Line("Stopped at the first failure. --keep-going goes on with the others.")
    yield Line(_sum(report), Tone.ERROR if report.failures else Tone.HEADING)


def failure_line(failure: Failure) -> str:
    """Return one failed product as a line."""
    product = f", product {safe(failure.product)}" if failure.product else ""
    return f"{safe(failure.name)} ({safe(failure.order_no)}){product}: {safe(failure.reason)}"


def product_line(product: Product, seconds: float | None) -> str:
    """Return one fetched product as a line, with its speed."""
    speed = f", {size_words(product.size / seconds)}/s" if seconds else ""
    return f"{safe(product.name)}: {safe(product.key)}, {size_words(product.size)}{speed}"


def size_words(count: float) -> str:
    """Return a number of bytes: `12.3 MB`; 1 kB is 1,000 bytes."""
    for unit in _UNITS:
        if count < 1000 or unit == _UNITS[-1]:
            break
        count /= 1000
    return f"{count:,.0f} {unit}" if unit == "B" else f"{count:,.1f} {unit}"


def _row(product: Product) -> Row:
    size = size_words(product.size) if product.key else ""
    return Row((safe(product.name), safe(product.product), size, safe(product.key)), Tone.GOOD)


def _sum(report: DownloadReport) -> str:
    verb = "would be fetched to" if report.dry_run else "fetched to"
    parts = [f"{counted(len(report.fetched), 'product')} {verb} {safe(report.target)}"]
    if report.here:
        parts.append(f"{report.here:,} there before")
    if report.waiting:
        parts.append(f"{counted(report.waiting, 'order')} not delivered yet")
    if report.failures:
        parts.append(f"{len(report.failures):,} not fetched")
    return "; ".join(parts) + "."


def deliveries_blocks(report: DeliveriesReport) -> Iterator[Block]:
    """Yield the wrong products, and the number of right ones."""
    for it in report.wrong:
        yield Line(f"{safe(it.key)}: {safe(it.detail)}", Tone.ERROR)
    if report.wrong:
        yield Line("Move such a file elsewhere; `satops download` then fetches it again.")
    right = len(report.checks) - len(report.wrong) - report.missing
    missing = f"; {report.missing:,} not there" if report.missing else ""
    yield Line(
        f"{counted(right, 'product')} at {safe(report.target)} as fetched{missing}.",
        Tone.ERROR if report.wrong else Tone.GOOD,
    )


def trace_blocks(report: TraceReport) -> Iterator[Block]:
    """Yield the facts of each order that delivered the bytes."""
    for number, traced in enumerate(report.found):
        if number:
            yield BLANK
        facts = [(title, text) for title, text in _facts(report, traced) if text]
        yield Table(("", ""), facts, lambda fact: Row(fact), has_prose=True)


def _facts(report: TraceReport, traced: Traced) -> Iterator[tuple[str, str]]:
    fetched, order, origin = traced.fetched, traced.order, traced.origin
    yield "Order", safe(fetched.name)
    yield "Order number", safe(fetched.order_no)
    yield "Product", safe(fetched.product)
    yield "Sender's name", safe(fetched.title or "")
    yield "Content", f"{safe(fetched.content_type)}, {size_words(fetched.size)}"
    yield "SHA-256", fetched.sha256
    yield "Fetched (UTC)", moment(fetched.time)
    yield "Fetched from", safe(fetched.address)
    yield "Event", f"{fetched.seq} of {safe(report.ledger)}, SHA-256 {fetched.event}"
    yield "Bought (UTC)", moment(order.intended_at) if order.intended_at else ""
    yield "Bought from", safe(str(order.source.get("file", "")))
    yield "Order digest", order.order_digest or ""
    yield "Run", safe(order.run)
    yield "By", safe(str(traced.run.get("actor") or ""))
    yield "CI run", safe(str(traced.run.get("run_url") or ""))
    yield "Commit", safe(str(origin["commit"] or ""))
    if origin["committed"] is False:
        yield "", "the bytes that were bought are not those of the commit"
    yield "Pull request", safe(str(origin["pull_request"] or ""))
    yield "Approved by", safe(", ".join(map(str, origin["approvals"] or ())))


_LATE_MAX = 20


def refresh_blocks(report: RefreshReport) -> Iterator[Block]:
    """Yield the changes, then what needs a person, then the sum."""
    if report.observed:
        yield Table(
            ("NAME", "ORDER", "STATUS", "AMOUNT"),
            report.observed,
            _observed_row,
            names=frozenset({0}),
        )
        yield BLANK
    for failed in report.failed:
        yield Line(
            f"{safe(failed.name)} ({safe(failed.order_no)}) failed: the marketplace delivers "
            "nothing for it.",
            Tone.ERROR,
        )
    for late in report.overdue[:_LATE_MAX]:
        yield Line(
            f"{safe(late.name)} ({safe(late.order_no)}): its window ended on {moment(late.end)} "
            "UTC, and nothing is delivered. Ask the marketplace.",
            Tone.WARNING,
        )
    if len(report.overdue) > _LATE_MAX:
        yield Line(f"and {len(report.overdue) - _LATE_MAX:,} more", Tone.WARNING)
    for name in report.unseen:
        yield Line(
            f"{safe(name)}: the marketplace does not list this order, or shows no status for it.",
            Tone.WARNING,
        )
    if report.unread:
        yield Line(
            f"{counted(len(report.unread), 'order')} could not be read, "
            f"{safe(report.unread[0])} first. {safe(report.why_unread)}",
            Tone.ERROR,
        )
    yield Line(f"{counted(len(report.observed), 'status', 'statuses')} changed.", Tone.HEADING)


def _observed_row(seen: Observed) -> Row:
    amount = "" if seen.amount is None else f"{seen.amount:,.2f} {seen.currency or ''}".rstrip()
    tone = Tone.ERROR if seen.status.is_failed else Tone.PLAIN
    return Row((safe(seen.name), safe(seen.order_no), seen.status.words, amount), tone)
