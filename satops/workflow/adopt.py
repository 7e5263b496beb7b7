"""Record an order that was placed elsewhere, or note an order of the account as foreign."""

from satops.core.ledger.content import content_of
from satops.core.ledger.events import Event, ForeignNoted, OrderAdopted
from satops.core.ledger.state import OPEN, LedgerState, Standing
from satops.core.plan.config import Config
from satops.core.plan.estimate import prices_from
from satops.core.spec.spec import Spec
from satops.core.spec.text import wrong_name
from satops.errors import Refused, UsageError
from satops.offers import offer_of
from satops.ports import Marketplace
from satops.workflow.ledger_session import LedgerSession, decide_and_append
from satops.workflow.resolve import (
    check_unclaimed,
    need_number,
    need_reason,
    refuse_other,
    shown_order,
)


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
    """Record an order that was placed elsewhere under a name, so that `apply` never buys that name.

    With a `spec`, the event holds the spec's content, and the marketplace's order must match it.
    Raises `Refused` if the name is taken, the number is claimed or the order differs, and
    `UsageError` for an impossible name or number.
    """
    need_reason(because)
    if wrong := wrong_name(name):
        raise UsageError(wrong)
    need_number(order_no)
    if marketplace is not None:
        found = shown_order(marketplace, order_no)
        refuse_other(spec.order if spec else None, found, name, config)
    adopted = OrderAdopted(name=name, order_no=order_no, by=by, because=because)
    if spec is not None:
        adopted = adoption_of(spec, order_no, config, by=by, because=because)

    def decide(state: LedgerState) -> list[Event]:
        known = state.orders.get(name)
        if known is not None and known.standing in OPEN:
            raise Refused(
                f"{name} is in doubt. Adopting would leave the doubt open; settle it:\n"
                f"    satops resolve {name} --placed {order_no}"
            )
        if known is not None and known.standing is Standing.PLACED:
            raise Refused(f"{name} is placed as {known.order_no}. A name stands for one order.")
        check_unclaimed(state, order_no)
        return [adopted]

    decide_and_append(session, decide)
    return adopted


def adoption_of(
    spec: Spec, order_no: str, config: Config, *, by: str, because: str
) -> OrderAdopted:
    """Return the event that records an order under a spec's name, with the spec's content.

    Limits count it as if it had been bought: with its captures and its estimate.
    """
    offer = offer_of(config)
    captures, prices = offer.captures(spec.order), prices_from(config.prices, offer)
    estimate = None if prices is None else prices.estimate(spec)
    return OrderAdopted(
        name=spec.name,
        order_no=order_no,
        by=by,
        because=because,
        **content_of(spec, config.timezone),
        estimated_cost=estimate,
        currency=None if estimate is None else config.currency,
        captures=captures if captures > 1 else None,
    )


def note_foreign(*, session: LedgerSession, order_no: str, by: str, because: str) -> ForeignNoted:
    """Record that an order of the account is not ours, so that it holds no spec back.

    Limits do not count it.  It may still settle a submission intended before this event.  Raises
    `Refused` for a number that a name holds.
    """
    need_reason(because)
    need_number(order_no)
    noted = ForeignNoted(order_no, by, because)

    def decide(state: LedgerState) -> list[Event]:
        holder = state.claimed.get(order_no)
        if holder is not None:
            raise Refused(f"{order_no} is ours: the ledger holds it under the name {holder}.")
        return [] if order_no in state.foreign else [noted]

    decide_and_append(session, decide)
    return noted
