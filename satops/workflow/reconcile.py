"""Look for submissions in doubt at the marketplace, and settle what can be told for certain."""

from collections.abc import Sequence
from dataclasses import dataclass

from satops.core.ledger.events import DoubtSettled, Event
from satops.core.ledger.state import OPEN, LedgerState, OrderState, Standing
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.matching import Doubt, Match, match
from satops.core.order.order import instant, instant_text
from satops.core.plan.config import Config
from satops.errors import ExitCode, Refused, worst
from satops.ports import Clock, Look, LookBook, Marketplace
from satops.workflow.ledger_session import LedgerSession, decide_and_append


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one submission in doubt after a look."""

    name: str
    match: Match | None
    """None where no look was possible."""
    settled: DoubtSettled | None
    """The event that settles it; for a dry run, the one that would."""
    wait_s: float | None = None
    """For an order that was not found: seconds until it may be called not placed."""
    looks: int = 0
    """Full looks that did not find it, this one included."""


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """What one look found and settled."""

    findings: tuple[Finding, ...]
    being_placed: tuple[str, ...]
    """Names that another run is placing: they are left alone."""
    foreign: tuple[MarketplaceOrder, ...]
    """Programming orders of the account that the ledger does not know and no doubt explains."""
    queried: bool
    """Whether the marketplace was asked."""

    @property
    def unsettled(self) -> list[Finding]:
        """The submissions that are still in doubt."""
        return [finding for finding in self.findings if finding.settled is None]

    @property
    def exit_code(self) -> ExitCode:
        """6 while anything is in doubt."""
        return worst({ExitCode.IN_DOUBT} if self.unsettled else set())


def reconcile(
    *,
    session: LedgerSession,
    marketplace: Marketplace,
    looks: LookBook,
    clock: Clock,
    config: Config,
    dry_run: bool = False,
    foreign: bool = True,
) -> ReconcileReport:
    """Take one full look, without waiting, and settle what it tells.

    Exactly one order that can be it: settled as placed.  None: settled as not placed only when
    this machine has looked `looks` times over `waitS` seconds, and `until` passed as long ago;
    else, and where several can be it, the doubt stays for a later look or a person.
    `foreign` looks at the account even when nothing is in doubt.

    Raises `MarketplaceUnreachable`, `LedgerError`, and `Refused` when a look cannot be noted.
    """
    now = instant_text(clock.now())
    open_orders = [known for known in session.state.orders.values() if known.standing in OPEN]
    being_placed = [
        known.name for known in open_orders if known.standing_at(now) is Standing.BEING_PLACED
    ]
    if not config.marketplace.query or not (len(open_orders) > len(being_placed) or foreign):
        findings = [
            Finding(known.name, None, None)
            for known in open_orders
            if known.name not in being_placed
        ]
        return ReconcileReport(tuple(findings), tuple(being_placed), (), queried=False)
    listed = list(marketplace.orders())
    doubts = [_doubt(session, known, now) for known in open_orders]
    matches = match(
        doubts,
        listed,
        claimed=session.state.claimed,
        zone=config.marketplace.timezone,
        skew_s=config.reconcile.skew_s,
    )
    judged = [
        _judge(session, item, looks, clock, config)
        for item in matches
        if not item.doubt.being_placed
    ]
    if not dry_run:
        _settle(session, judged)
        for finding in judged:
            _note(session, finding, looks, clock)
    explained = {c.order.order_no for item in matches for c in item.candidates}
    unknown = [
        order
        for order in listed
        if order.order_no not in session.state.claimed
        and order.order_no not in explained
        and order.kind in (None, 2)
    ]
    return ReconcileReport(tuple(judged), tuple(being_placed), tuple(unknown), queried=True)


def reconcile_patiently(
    *,
    session: LedgerSession,
    marketplace: Marketplace,
    looks: LookBook,
    clock: Clock,
    config: Config,
    patience_s: float,
) -> ReconcileReport:
    """Look again as often as it takes, while what is left can be settled within `patience_s`."""
    give_up = clock.monotonic() + patience_s
    while True:
        report = reconcile(
            session=session, marketplace=marketplace, looks=looks, clock=clock, config=config
        )
        waits = [finding.wait_s for finding in report.unsettled if finding.wait_s is not None]
        if not waits or clock.monotonic() + min(waits) > give_up:
            return report
        # Several looks belong to one wait, and the last one comes when it is over.
        pause = min(min(waits), config.reconcile.wait_s / config.reconcile.looks)
        clock.sleep(max(pause, 0.05))
        session.read()


def _doubt(session: LedgerSession, known: OrderState, now: str) -> Doubt:
    order = session.recall(known)
    assert order is not None, "a submission is intended with its order"
    return Doubt(
        name=known.name,
        attempt=known.attempt,
        order=order,
        intended_at=known.intended_at,
        being_placed=known.standing_at(now) is Standing.BEING_PLACED,
    )


def _judge(
    session: LedgerSession, item: Match, looks: LookBook, clock: Clock, config: Config
) -> Finding:
    doubt = item.doubt
    if item.order_no is not None:
        settled = DoubtSettled(
            name=doubt.name,
            attempt=doubt.attempt,
            placed=True,
            by="reconcile",
            because="exactly one order of the account can be it",
            order_no=item.order_no,
            evidence={"agrees": item.candidates[0].agrees, "note": item.note},
        )
        return Finding(doubt.name, item, settled)
    if not item.absent:
        return Finding(doubt.name, item, None)
    look = _next_look(session, doubt, looks, clock)
    wait_s = _wait_left(session.state.orders[doubt.name], look, clock, config)
    if wait_s > 0:
        return Finding(doubt.name, item, None, wait_s, look.count)
    waited_s = round(clock.monotonic() - look.first)
    settled = DoubtSettled(
        name=doubt.name,
        attempt=doubt.attempt,
        placed=False,
        by="reconcile",
        because=f"{look.count} full looks over {waited_s} s found no order that can be it",
        evidence={"looks": look.count, "waited_s": waited_s},
    )
    return Finding(doubt.name, item, settled, 0.0, look.count)


def _next_look(session: LedgerSession, doubt: Doubt, looks: LookBook, clock: Clock) -> Look:
    last = looks.look(session.state.ledger, doubt.name, doubt.attempt)
    if last is None or last.epoch != clock.epoch or last.first > clock.monotonic():
        return Look(clock.monotonic(), 1, clock.epoch)
    return Look(last.first, last.count + 1, last.epoch)


def _wait_left(known: OrderState, look: Look, clock: Clock, config: Config) -> float:
    """Return the seconds before absence may be taken for proof; zero when it may.

    Two clocks must agree: our own monotonic one since our first look, since another machine's
    wall clock may be ahead, and the wall clock since `until`.
    """
    wait_s = config.reconcile.wait_s
    since_first = look.first + wait_s - clock.monotonic()
    since_until = wait_s - (clock.now() - instant(known.until)).total_seconds()
    left = max(since_first, since_until, 0.0)
    if left == 0.0 and look.count < config.reconcile.looks:
        return wait_s / config.reconcile.looks
    return left


def _settle(session: LedgerSession, findings: Sequence[Finding]) -> None:
    def decide(state: LedgerState) -> list[Event]:
        return [
            finding.settled
            for finding in findings
            if finding.settled is not None and _still_open(state, finding.settled)
        ]

    decide_and_append(session, decide)


def _still_open(state: LedgerState, settled: DoubtSettled) -> bool:
    known = state.orders[settled.name]
    return (
        known.standing in OPEN
        and known.attempt == settled.attempt
        and (settled.order_no is None or settled.order_no not in state.claimed)
    )


def _note(session: LedgerSession, finding: Finding, looks: LookBook, clock: Clock) -> None:
    if finding.looks and finding.settled is None:
        assert finding.match is not None
        doubt = finding.match.doubt
        look = _next_look(session, doubt, looks, clock)
        try:
            looks.note(session.state.ledger, doubt.name, doubt.attempt, look)
        except OSError as error:
            raise Refused(
                f"That {doubt.name} was looked for cannot be noted on this machine's disk "
                f"({error}), so its wait would never end. Make room or mend the folder `.satops`, "
                "and run again.",
                exit_code=ExitCode.IN_DOUBT,
            ) from error
