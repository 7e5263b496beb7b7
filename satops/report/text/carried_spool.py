"""The receipts of another machine's spool, as text."""

from collections.abc import Iterator

from satops.core.safe import safe
from satops.core.words import counted
from satops.report.layout import Block, Line, Tone, command
from satops.workflow.carried_spool import CarriedReceipt, CarriedReport


def carried_blocks(report: CarriedReport) -> Iterator[Block]:
    """Yield each order number with its verdict."""
    for receipt in report.receipts:
        yield from _receipt(receipt)
    if report.ignored:
        yield Line(
            f"Not believed: {counted(report.ignored, 'line')} of the spool beside order numbers.",
            Tone.QUIET,
        )
    taken = sum(receipt.settled is not None for receipt in report.receipts)
    left = any(receipt.why for receipt in report.receipts)
    yield Line(
        f"Took {taken} of {counted(len(report.receipts), 'order number')} into the ledger.",
        Tone.WARNING if left else Tone.GOOD,
    )


def _receipt(receipt: CarriedReceipt) -> Iterator[Block]:
    name, order_no = safe(receipt.name), safe(receipt.order_no)
    if receipt.settled is not None:
        yield Line(f"+ {name}: placed as {order_no}, as the marketplace shows.", Tone.GOOD)
    elif receipt.known:
        yield Line(f"= {name}: the ledger holds {order_no} already.")
    else:
        yield Line(f"? {name}: {order_no} was left out: {safe(receipt.why)}.", Tone.WARNING)
        if receipt.is_open:
            yield Line("The order is still in doubt. To look for it:", indent=4)
            yield command("satops reconcile")
