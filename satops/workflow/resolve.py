"""What a person settles: doubts, and orders that were placed elsewhere."""

from dataclasses import asdict

from satops.core.finding import quoted
from satops.core.json_text import Raw
from satops.core.ledger.events import DoubtSettled, Event, OrderAdopted
from satops.core.ledger.state import OPEN, LedgerState, OrderState, Standing
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.matching import differences
from satops.core.order.order import Order, instant_text
from satops.core.plan.config import Config
from satops.core.spec.spec import Spec
from satops.core.spec.text import wrong_name
from satops.errors import Refused, UsageError
from satops.ports import Clock, Marketplace
from satops.workflow.ledger_session import LedgerSession, decide_and_append


def resolve_placed(
    *,
    session: LedgerSession,
    name: str,
    order_no: str,
    by: str,
    because: str | None,
    clock: Clock,
    config: Config,
    marketplace: Marketplace | None,
) -> DoubtSettled:
    """Settle a doubt as placed, after the marketplace has shown the order.

    Without a `marketplace` the number is taken on the person's word, and `because` is needed.
    Raises `Refused` where the order is not there, is not the one that was sent, or is claimed.
    """
    _need_number(order_no)
    known = _open_order(session, name, clock)
    evidence = None
    if marketplace is None:
        _need_reason(because)
    else:
        found = _shown(marketplace, order_no)
        _refuse_other(session.recall(known), found, name, config)
        evidence = {"status": found.status, "created": str(found.created_at)}
    settled = DoubtSettled(
        name=name,
        attempt=known.attempt,
        placed=True,
        by=by,
        because=because or "a person named the order, and the marketplace shows it",
        order_no=order_no,
        evidence=evidence,
    )

    def decide(state: LedgerState) -> list[Event]:
        _check_open(state, name, known.attempt, clock)
        _check_unclaimed(state, order_no)
        return [settled]

    decide_and_append(session, decide)
    return settled


def resolve_not_placed(
    *, session: LedgerSession, name: str, by: str, because: str, clock: Clock
) -> DoubtSettled:
    """Settle a doubt as not placed: the next apply will buy the order again.

    Raises `Refused` where the order is not in doubt.
    """
    _need_reason(because)
    known = _open_order(session, name, clock)
    settled = DoubtSettled(name=name, attempt=known.attempt, placed=False, by=by, because=because)

    def decide(state: LedgerState) -> list[Event]:
        _check_open(state, name, known.attempt, clock)
        return [settled]

    decide_and_append(session, decide)
    return settled


def adopt(
    *,
    session: LedgerSession,
    name: str,
    order_no: str,
    spec: Spec | None,
    by: str,
    because: str,
    config: Config,
    marketplace: Marketplace | None,
) -> OrderAdopted:
    """Record an order that was placed elsewhere under a name, so that it is never bought again.

    With a `spec` its content is what was bought, and the marketplace's order must agree.
    Raises `Refused` where the name is taken, the number is claimed, or the order differs, and
    `UsageError` for what can be no name or no number.
    """
    _need_reason(because)
    if wrong := wrong_name(name):
        raise UsageError(wrong)
    _need_number(order_no)
    if marketplace is not None:
        found = _shown(marketplace, order_no)
        _refuse_other(spec.order if spec else None, found, name, config)
    adopted = OrderAdopted(name=name, order_no=order_no, by=by, because=because)
    if spec is not None:
        adopted = OrderAdopted(
            name=name,
            order_no=order_no,
            by=by,
            because=because,
            order_digest=spec.order.digest,
            order=Raw(spec.order.canonical),
            source={**asdict(spec.source), "timezone": str(config.timezone)},
            footprint=asdict(spec.footprint),
            labels=dict(spec.labels) if spec.labels else None,
        )

    def decide(state: LedgerState) -> list[Event]:
        known = state.orders.get(name)
        if known is not None and known.standing in OPEN:
            raise Refused(
                f"{name} is in doubt. Adopting would leave the doubt open; settle it:\n"
                f"    satops resolve {name} --placed {order_no}"
            )
        if known is not None and known.standing is Standing.PLACED:
            raise Refused(f"{name} is placed as {known.order_no}. A name stands for one order.")
        _check_unclaimed(state, order_no)
        return [adopted]

    decide_and_append(session, decide)
    return adopted


def _need_reason(because: str | None) -> None:
    if not (because or "").strip():
        raise UsageError("A reason is needed: add --because TEXT. It is kept in the ledger.")


def _need_number(order_no: str) -> None:
    """Refuse what no order number can be; otherwise a number means nothing to us."""
    if not order_no.isprintable() or order_no.split() != [order_no]:
        raise UsageError(
            f"{quoted(order_no)} cannot be an order number: it is empty, or has spaces or "
            "characters that cannot be seen. Copy it from the marketplace."
        )


def _open_order(session: LedgerSession, name: str, clock: Clock) -> OrderState:
    known = session.state.orders.get(name)
    if known is None:
        raise UsageError(f"The ledger does not know the name {name!r}. Look at `satops list`.")
    _check_open(session.state, name, known.attempt, clock)
    return known


def _check_open(state: LedgerState, name: str, attempt: int, clock: Clock) -> None:
    known = state.orders[name]
    if known.standing not in OPEN or known.attempt != attempt:
        number = f" as {known.order_no}" if known.order_no else ""
        raise Refused(f"{name} is not in doubt: it is {known.standing}{number}.")
    if known.standing_at(instant_text(clock.now())) is Standing.BEING_PLACED:
        raise Refused(
            f"Run {known.run} is placing {name} until {known.until}. Wait for it: what is settled "
            "now could be wrong a moment later."
        )


def _check_unclaimed(state: LedgerState, order_no: str) -> None:
    holder = state.claimed.get(order_no)
    if holder is not None:
        raise Refused(f"{order_no} is recorded under the name {holder}. A number has one name.")


def _shown(marketplace: Marketplace, order_no: str) -> MarketplaceOrder:
    found = marketplace.order(order_no)
    if found is None:
        raise Refused(
            f"The marketplace at {marketplace.address} does not show {order_no}. Compare the "
            "number; to record it all the same, add --unchecked and a reason."
        )
    return found


def _refuse_other(order: Order | None, found: MarketplaceOrder, name: str, config: Config) -> None:
    if order is None:
        return
    differing = differences(order, found, zone=config.marketplace.timezone)
    if differing:
        raise Refused(
            f"{found.order_no} is not the order of {name}: the marketplace shows "
            f"{', '.join(differing)}. To record it all the same, add --unchecked and a reason."
        )
