"""Compare submissions in doubt with the marketplace's account, and settle those that it decides."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from satops.core.ledger.events import DoubtSettled, Event
from satops.core.ledger.state import OPEN, LedgerState, OrderState
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.matching import Doubt, Match, match
from satops.core.order.order import Order
from satops.core.plan.config import Config
from satops.errors import ExitCode, Refused, worst
from satops.offers import offer_of
from satops.ports import Look, LookBook, Marketplace
from satops.workflow.account import NO_QUERY, AccountLook, foreign_orders, look_at_account
from satops.workflow.carried_spool import CarriedReport
from satops.workflow.ledger_session import LedgerSession, decide_and_append
from satops.workflow.waiting import is_being_placed, next_look, wait_left_s


class DoubtLook(Struct, frozen=True):
    """One submission in doubt, after a look."""

    name: str
    match: Match | None
    """The comparison with the account; None without a look or without recorded content."""
    settled: DoubtSettled | None
    """The settling event; in a dry run, the event that would settle it."""
    wait_s: float | None = None
    """For an order that was not found: seconds until absence settles it.  None if waiting never
    does."""
    looks: int = 0
    """Number of full looks that did not find it, this one included."""
    why: str = ""
    """Why only a person can settle it; empty if a look may."""


class DeletedOrder(Struct, frozen=True):
    """A placed order that the account marks as deleted."""

    name: str
    order_no: str
    wanted: bool
    """Whether the tree has a spec of this name."""


class ReconcileReport(Struct, frozen=True):
    """The result of one look."""

    findings: tuple[DoubtLook, ...]
    being_placed: tuple[str, ...]
    """Names that another run is placing, which stay as they are."""
    foreign: tuple[MarketplaceOrder, ...]
    """Programming orders of the account that neither the ledger nor a doubt explains."""
    look: AccountLook
    fits: "tuple[tuple[str, tuple[str, ...]], ...]" = ()
    """Number of each foreign order that matches specs of the tree, with their names."""
    carried: CarriedReport | None = None
    """The receipts of the spools named by `--spool`."""
    deleted: tuple[DeletedOrder, ...] = ()
    """Placed orders that the account marks as deleted."""
    nightly: bool = False
    """Whether drift is a failure: a foreign order that matches the tree, or a deleted order of
    ours."""
    passing: bool = False
    """Whether the marketplace is the embedded sandbox, which ends with its machine."""

    @property
    def queried(self) -> bool:
        """Whether the look showed our whole account."""
        return self.look.full

    @property
    def unsettled(self) -> list[DoubtLook]:
        """Submissions that are still in doubt."""
        return [finding for finding in self.findings if finding.settled is None]

    @property
    def exit_code(self) -> ExitCode:
        """6 while an order is in doubt or being placed, else 8 if the look failed."""
        codes = set()
        if self.unsettled or self.being_placed:
            codes.add(ExitCode.IN_DOUBT)
        if not self.look.full and self.look.why_not != NO_QUERY:
            codes.add(ExitCode.MARKETPLACE)
        if self.nightly and (self.fits or any(order.wanted for order in self.deleted)):
            codes.add(ExitCode.INVALID)
        if self.carried is not None:
            codes.add(self.carried.exit_code)
        return worst(codes)


def settle_doubts(
    session: LedgerSession,
    look: AccountLook,
    looks: LookBook,
    config: Config,
    *,
    dry_run: bool = False,
) -> ReconcileReport:
    """Settle the open submissions that a look at the account decides.

    - One order matches, and no other can: settled as placed.
    - No order matches: settled as not placed, if this look began `intentS + waitS` after this
      machine's first look and is at least the `looks`-th one.
    - Otherwise the doubt remains, for a later look or a person.

    Raises `LedgerError`, and `Refused` if the look cannot be noted.
    """
    session.read()  # also read the orders that other runs placed before the look
    clock = session.clock
    every = [known for known in session.state.orders.values() if known.standing in OPEN]
    placing = tuple(known.name for known in every if is_being_placed(known, clock, looks))
    if not look.full:
        left = [DoubtLook(k.name, None, None, why=look.why_not) for k in every]
        findings = tuple(each for each in left if each.name not in placing)
        return ReconcileReport(findings, placing, (), look)
    doubts, unknown = _doubts(session, every, placing)
    matches = match(
        doubts,
        look.orders,
        claimed=session.state.claimed,
        foreign=session.state.foreign,
        offer=offer_of(config),
        zone=config.marketplace.timezone,
        skew_s=config.reconcile.skew_s,
    )
    settleable = [item for item in matches if not item.doubt.being_placed]
    judged = [_judge(session, item, look, looks, config) for item in settleable]
    if not dry_run:
        judged = _settle(session, judged)
        for item in matches:
            _note(session, item, judged, look, looks)
    explained = {
        candidate.order.order_no
        for item in matches
        for candidate in item.candidates
        if candidate.claimed_by is None
    }
    return ReconcileReport(
        findings=(*judged, *unknown),
        being_placed=placing,
        foreign=foreign_orders(look, session.state, explained),
        look=look,
    )


def reconcile_patiently(
    *,
    session: LedgerSession,
    marketplace: Marketplace,
    looks: LookBook,
    config: Config,
    any_account: bool,
    patience_s: float,
    dry_run: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> ReconcileReport:
    """Look, and repeat the look while a doubt can still be settled within `patience_s`.

    `tell` prints one line before the first wait.
    """
    clock = session.clock
    give_up, announced = clock.monotonic() + patience_s, False
    while True:
        look = look_at_account(marketplace, session.state, clock, config, any_account=any_account)
        report = settle_doubts(session, look, looks, config, dry_run=dry_run)
        waits = [found.wait_s for found in report.unsettled if found.wait_s is not None]
        if not waits or clock.monotonic() + min(waits) > give_up:
            return report
        if not announced:
            names = ", ".join(found.name for found in report.unsettled if found.wait_s is not None)
            tell(f"Waiting for {names}: it can be settled in {min(waits):,.0f} s at the earliest.")
            announced = True
        # Spread the required looks over the wait, with the last one at its end.
        pause = min(min(waits), config.reconcile.wait_s / config.reconcile.looks)
        clock.sleep(max(pause, 0.05))


def gate_of_absence(
    session: LedgerSession, name: str, look: AccountLook, looks: LookBook, config: Config
) -> DoubtLook:
    """Judge one submission by one look, and note the look.  This is the condition of
    `--not-placed`.
    """
    report = settle_doubts(session, look, looks, config, dry_run=True)
    found = next((each for each in report.findings if each.name == name), None)
    if found is None:
        return DoubtLook(name, None, None, why="another run is placing it")
    known = session.state.orders[name]
    if found.match is not None and found.match.absent:
        noted = next_look(known, look, looks, session.clock)
        _keep_look(noted, known, looks)
        found = replace(found, wait_s=wait_left_s(known, noted, look, config))
    return found


def _doubts(
    session: LedgerSession, every: Sequence[OrderState], placing: Sequence[str]
) -> tuple[list[Doubt], list[DoubtLook]]:
    """Return the doubts that can be compared with the account, and the others."""
    doubts, unknown = [], []
    for known in every:
        order = session.recall(known)
        if order is not None:
            doubts.append(_doubt(known, order, being_placed=known.name in placing))
        elif known.name not in placing:
            why = "the ledger does not hold its content, so it cannot be recognised"
            unknown.append(DoubtLook(known.name, None, None, why=why))
    return doubts, unknown


def _doubt(known: OrderState, order: Order, *, being_placed: bool) -> Doubt:
    return Doubt(
        name=known.name,
        attempt=known.attempt,
        order=order,
        intended_at=known.intended_at,
        seq=known.seq,
        being_placed=being_placed,
    )


def _judge(
    session: LedgerSession, item: Match, look: AccountLook, looks: LookBook, config: Config
) -> DoubtLook:
    known = session.state.orders[item.doubt.name]
    if item.order_no is not None:
        settled = DoubtSettled(
            name=known.name,
            attempt=known.attempt,
            placed=True,
            by="reconcile",
            because="exactly one order of the account can be it",
            order_no=item.order_no,
            evidence={"agrees": item.candidates[0].agrees, "note": item.note},
            intent=known.intent,
        )
        return DoubtLook(known.name, item, settled)
    if not item.absent:
        return DoubtLook(known.name, item, None)
    noted = next_look(known, look, looks, session.clock)
    if why := never_by_absence(session.state, known, look):
        return DoubtLook(known.name, item, None, looks=noted.count, why=why)
    wait_s = wait_left_s(known, noted, look, config)
    if wait_s > 0:
        return DoubtLook(known.name, item, None, wait_s, noted.count)
    waited_s = round(look.began - noted.first)
    settled = DoubtSettled(
        name=known.name,
        attempt=known.attempt,
        placed=False,
        by="reconcile",
        because=f"{noted.count} full looks over {waited_s} s found no order that can be it",
        evidence={"looks": noted.count, "waited_s": waited_s},
        intent=known.intent,
    )
    return DoubtLook(known.name, item, settled, 0.0, noted.count)


def never_by_absence(state: LedgerState, known: OrderState, look: AccountLook) -> str:
    """Return why absence from the account never settles a submission; empty if it can."""
    if known.used:
        return (
            "the marketplace said that its result is not there or is used, and something used it. "
            "Look for the order by hand, or ask once more: `satops reconcile "
            f"{known.name} --ask-again`"
        )
    if known.claimed_no is not None:
        return (
            f"the marketplace answered with {known.claimed_no}, which another name holds: that it "
            "is not in the account proves nothing"
        )
    if known.seq < state.moved_seq:
        return "it was sent before the marketplace moved: its absence from here proves nothing"
    if not known.verified:
        return "it was carried from a part of a broken ledger that could not be verified"
    if not look.witnessed:
        return (
            "this ledger holds no placed order that the account shows, so nothing tells whose "
            "account it is"
        )
    return ""


def _settle(session: LedgerSession, findings: Sequence[DoubtLook]) -> list[DoubtLook]:
    """Append the settling events of the submissions that are still open."""

    def decide(state: LedgerState) -> list[Event]:
        return [
            found.settled
            for found in findings
            if found.settled is not None and _still_open(state, found.settled)
        ]

    appended = set(map(id, decide_and_append(session, decide)))
    return [
        found
        if found.settled is None or id(found.settled) in appended
        else replace(found, settled=None, why="another run settled it meanwhile")
        for found in findings
        if found.settled is None
        or id(found.settled) in appended
        or session.state.orders[found.name].standing in OPEN
    ]


def _still_open(state: LedgerState, settled: DoubtSettled) -> bool:
    known = state.orders[settled.name]
    return (
        known.standing in OPEN
        and known.intent == settled.intent
        and (settled.order_no is None or settled.order_no not in state.claimed)
    )


def _note(
    session: LedgerSession,
    item: Match,
    judged: Sequence[DoubtLook],
    look: AccountLook,
    looks: LookBook,
) -> None:
    """Note a look that did not find a submission and did not settle it."""
    known = session.state.orders[item.doubt.name]
    settled = {found.name for found in judged if found.settled is not None}
    if item.absent and known.name not in settled and known.standing in OPEN:
        _keep_look(next_look(known, look, looks, session.clock), known, looks)


def _keep_look(noted: Look, known: OrderState, looks: LookBook) -> None:
    try:
        looks.note(known.opened, noted)
    except OSError as error:
        raise Refused(
            f"That {known.name} was looked for cannot be noted on this machine's disk ({error}), "
            "so its wait would never end. Make room or mend the folder, and run again.",
            exit_code=ExitCode.IN_DOUBT,
        ) from error
