"""What a person settled, and what a refresh observed, for people."""

from collections.abc import Iterator

from satops.core.ledger.events import DoubtSettled, OrderAdopted
from satops.core.safe import safe
from satops.core.words import counted
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone, command
from satops.report.subject import status_words
from satops.workflow.refresh import RefreshReport


def settled_blocks(settled: DoubtSettled) -> Iterator[Block]:
    """Yield how a doubt was settled, and what that means for the next apply."""
    name = safe(settled.name)
    if settled.placed:
        yield Line(f"{name} is placed as {safe(settled.order_no or '')}.", Tone.GOOD)
        return
    yield Line(f"{name} is settled as not placed. The next apply will buy it:", Tone.GOOD)
    yield command("satops plan")


def adopted_blocks(adopted: OrderAdopted) -> Iterator[Block]:
    """Yield under which name an order is recorded now."""
    yield Line(f"{safe(adopted.name)} is recorded as {safe(adopted.order_no)}.", Tone.GOOD)
    if adopted.order_digest is None:
        yield Line(
            "There is no spec of that name in the tree. A spec added later under this name is "
            "taken for this order and is never bought."
        )


def refresh_blocks(report: RefreshReport) -> Iterator[Block]:
    """Yield the statuses that changed."""
    if report.observed:
        yield Table(
            ("NAME", "ORDER", "STATUS"),
            report.observed,
            lambda seen: Row((safe(seen.name), safe(seen.order_no), status_words(seen.status))),
        )
        yield BLANK
    for name in report.unseen:
        yield Line(
            f"{safe(name)}: the marketplace does not list this order, or shows no status for it.",
            Tone.WARNING,
        )
    yield Line(f"{counted(len(report.observed), 'status', 'statuses')} changed.", Tone.HEADING)
