"""The report of a download as text."""

from collections.abc import Iterator

from satops.core.safe import safe
from satops.core.words import counted
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone
from satops.workflow.download_report import DownloadReport, Failure, Product

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
