"""Reports of reconcile, resolve, adopt and foreign as text, with the receipts of another machine's
spool.
"""

from collections.abc import Iterator
from datetime import timedelta
from math import ceil

from satops.core.ledger.events import DoubtCorrected, DoubtSettled, ForeignNoted, OrderAdopted
from satops.core.order.matching import Candidate
from satops.core.safe import safe
from satops.core.words import counted, duration, moment
from satops.report.layout import BLANK, Block, Line, Tone, command
from satops.workflow.account import NO_QUERY
from satops.workflow.adopt import Proposal
from satops.workflow.ask_again import AskedAgain
from satops.workflow.carried_spool import CarriedReceipt, CarriedReport
from satops.workflow.reconcile import DoubtLook, ReconcileReport


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


_CANDIDATES_MAX = 10


def asked_again_blocks(told: AskedAgain) -> Iterator[Block]:
    """Yield the result of ordering a simulation result again."""
    result = told.result
    tone = Tone.GOOD if result.outcome == "placed" else Tone.WARNING
    number = f" as {safe(result.order_no)}" if result.order_no else ""
    outcome = result.outcome.replace("-", " ")
    yield Line(f"{safe(result.name)}: {outcome}{number}.", tone)
    if result.message:
        yield Line(safe(result.message), tone)
    yield Line(safe(told.means))


def reconcile_blocks(report: ReconcileReport, *, dry_run: bool) -> Iterator[Block]:
    """Yield each doubt with the look's result, and the commands that settle the rest."""
    if report.nightly and report.passing:
        yield Line("The embedded sandbox ends with the runner: nothing real is compared.")
        yield BLANK
    if report.carried is not None:
        yield from carried_blocks(report.carried)
        yield BLANK
    for finding in report.findings:
        yield from _finding(finding, dry_run=dry_run)
        yield BLANK
    for name in report.being_placed:
        yield Line(f"? {safe(name)}: another run is placing it now; left alone.", Tone.WARNING)
    if not report.findings and not report.queried and report.look.why_not != NO_QUERY:
        yield Line(f"The account could not be seen: {safe(report.look.why_not)}.", Tone.ERROR)
    if report.foreign:
        yield from _foreign(report)
    if report.deleted:
        yield from _deleted(report)
    settled = len(report.findings) - len(report.unsettled)
    if not report.findings:
        if not report.being_placed:
            yield Line("Nothing is in doubt.", Tone.GOOD)
        return
    verb = "Would settle" if dry_run else "Settled"
    tone = Tone.WARNING if report.unsettled else Tone.GOOD
    left = f"; {len(report.unsettled)} still in doubt" if report.unsettled else ""
    yield Line(f"{verb} {settled} of {len(report.findings)}{left}.", tone)


def settled_blocks(settled: DoubtSettled | DoubtCorrected) -> Iterator[Block]:
    """Yield how a doubt was settled, and the effect on the next apply."""
    name = safe(settled.name)
    if isinstance(settled, DoubtCorrected) and not settled.placed:
        yield Line(f"{name} is in doubt again, and its number is free. To look it up:", Tone.GOOD)
        yield command("satops reconcile")
        return
    if settled.placed:
        yield Line(f"{name} is placed as {safe(settled.order_no or '')}.", Tone.GOOD)
        return
    yield Line(f"{name} is settled as not placed. The next apply will buy it:", Tone.GOOD)
    yield command("satops plan")


def adopted_blocks(adopted: OrderAdopted) -> Iterator[Block]:
    """Yield the name under which an order is recorded now."""
    yield Line(f"{safe(adopted.name)} is recorded as {safe(adopted.order_no)}.", Tone.GOOD)
    if adopted.order_digest is None:
        yield Line(
            "There is no spec of that name in the tree. A spec added later under this name is "
            "taken for this order and is never bought."
        )


def proposal_blocks(proposal: Proposal, *, recorded: bool) -> Iterator[Block]:
    """Yield the adoptions, done or proposed, and the orders that a person must judge."""
    verb = "is recorded as" if recorded else "would be recorded as"
    for adopted in proposal.adoptions:
        yield Line(
            f"{safe(adopted.name)} {verb} {safe(adopted.order_no)}, and will NOT be bought.",
            Tone.GOOD,
        )
    for order_no, why in proposal.unadopted:
        yield Line(f"{safe(order_no)} is left: {safe(why)}.", Tone.WARNING)
    if not proposal.adoptions:
        yield Line("No order of the account fits exactly one spec.")
    elif not recorded:
        yield Line(f"Digest of this list: {proposal.digest}")


def foreign_blocks(noted: ForeignNoted) -> Iterator[Block]:
    """Yield the order that was noted as foreign."""
    yield Line(f"{safe(noted.order_no)} is recorded as none of ours.", Tone.GOOD)


def _finding(finding: DoubtLook, *, dry_run: bool) -> Iterator[Block]:
    name = safe(finding.name)
    if finding.settled is not None:
        settled = finding.settled
        outcome = f"placed as {safe(settled.order_no or '')}" if settled.placed else "not placed"
        would = "would be settled as " if dry_run else ""
        yield Line(f"+ {name}: {would}{outcome}. {safe(settled.because)}.", Tone.GOOD)
        if finding.match is not None and finding.match.note:
            yield Line(f"Note: {safe(finding.match.note)}.", indent=4)
        if not settled.placed and not dry_run:
            yield Line("The next apply will buy it.", indent=4)
        return
    if finding.match is None:
        yield Line(
            f"? {name}: {safe(finding.why)}. Look for the order in the marketplace's own pages, "
            "then settle it:",
            Tone.WARNING,
        )
        yield from _by_hand(name, "ORDER_NO")
        return
    yield Line(f"? {name}: {safe(finding.match.note)}.", Tone.WARNING)
    candidates = finding.match.candidates
    for candidate in candidates[:_CANDIDATES_MAX]:
        yield from _candidate(name, candidate)
    if len(candidates) > _CANDIDATES_MAX:
        yield Line(f"and {len(candidates) - _CANDIDATES_MAX} more", indent=2)
    if candidates:
        yield Line("If it is none of them:")
        yield command(f"satops resolve {name} --not-placed --unchecked --because TEXT")
    elif finding.why:
        yield Line(f"A person settles it: {safe(finding.why)}.", indent=4)
        yield from _by_hand(name, "ORDER_NO")
    elif finding.wait_s is not None:
        wait = timedelta(seconds=ceil(finding.wait_s))  # round up, so that nobody comes too early
        yield Line(
            f"Not found in {counted(finding.looks, 'look')}, which proves nothing yet: it may "
            f"show later. Look again in {duration(wait)}.",
            indent=4,
        )


def _candidate(name: str, candidate: Candidate) -> Iterator[Block]:
    order = candidate.order
    created = f", created {moment(order.created_at)} UTC" if order.created_at else ""
    status = f", {candidate.status.words}" if candidate.status.words else ""
    deleted = ", marked as deleted (it was placed all the same)" if order.deleted else ""
    yield Line(f"{safe(order.order_no)}{created}{status}{deleted}", Tone.HEADING, indent=2)
    for title, texts in (
        ("for it", candidate.agrees),
        ("against it", candidate.differs),
        ("not shown", candidate.unseen),
    ):
        if texts:
            yield Line(f"{title}: {safe(', '.join(texts))}", indent=4)
    if candidate.claimed_by is None:
        yield command(f"satops resolve {name} --placed {safe(order.order_no)}")
        return
    holder = safe(candidate.claimed_by)
    yield Line(f"recorded under {holder}; where the marketplace took both for one:", indent=4)
    yield command(f"satops resolve {name} --same-as {holder} --because TEXT")


def _by_hand(name: str, order_no: str) -> Iterator[Block]:
    yield command(f"satops resolve {name} --placed {order_no}")
    yield command(f"satops resolve {name} --not-placed --unchecked --because TEXT")


def _foreign(report: ReconcileReport) -> Iterator[Block]:
    count = counted(len(report.foreign), "order")
    yield Line(f"The account holds {count} that this ledger does not know:", Tone.QUIET)
    fits = dict(report.fits)
    foreign = sorted(report.foreign, key=lambda order: order.order_no not in fits)
    for order in foreign[:_CANDIDATES_MAX]:
        created = f", created {moment(order.created_at)} UTC" if order.created_at else ""
        names = fits.get(order.order_no, ())
        like = f", which is {safe(' or '.join(names))}" if names else ""
        tone = Tone.WARNING if names else Tone.QUIET
        yield Line(f"{safe(order.order_no)}{created}{like}", tone, indent=4)
    if len(report.foreign) > _CANDIDATES_MAX:
        yield Line(f"and {len(report.foreign) - _CANDIDATES_MAX:,} more", Tone.QUIET, indent=4)
    yield Line("To record one under a name of yours:", Tone.QUIET)
    yield command("satops adopt NAME ORDER_NO --because TEXT")
    yield Line("To say that one is none of yours:", Tone.QUIET)
    yield command("satops foreign ORDER_NO --because TEXT")
    yield BLANK


def _deleted(report: ReconcileReport) -> Iterator[Block]:
    for order in report.deleted:
        name, order_no = safe(order.name), safe(order.order_no)
        if not order.wanted:
            yield Line(
                f"{name}: the marketplace marks {order_no} as deleted; its spec is gone too.",
                Tone.QUIET,
            )
            continue
        yield Line(f"! {name}: the marketplace marks {order_no} as deleted.", Tone.WARNING)
        yield Line(
            "It stays recorded as placed, and is not bought again. Where it is no longer wanted, "
            "delete its spec; where it is, order it under another name.",
            indent=4,
        )
    yield BLANK
