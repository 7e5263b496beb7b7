"""Record an order that was placed elsewhere, or note an order of the account as foreign.

After a ledger was lost or restored, `--all-matching` proposes the account's orders that match specs
one to one.  A wrong adoption is silent: the spec counts as bought, and nobody gets the image.  So
an order is proposed only if it matches exactly one spec, the spec matches no other order, no open
submission could be that order, and the order is not older than the lost events.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from msgspec import Struct

from satops.core import json_text
from satops.core.ledger.content import content_of
from satops.core.ledger.events import Event, ForeignNoted, OrderAdopted
from satops.core.ledger.state import OPEN, LedgerState, Standing, may_be_bought
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.matching import Doubt, compare
from satops.core.order.order import instant_text
from satops.core.plan.config import Config
from satops.core.plan.estimate import prices_from
from satops.core.spec.spec import Spec
from satops.core.spec.text import wrong_name
from satops.errors import ExitCode, Refused, UsageError
from satops.offers import offer_of
from satops.ports import Marketplace
from satops.workflow.account import AccountLook, fits, foreign_orders
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


class Proposal(Struct, frozen=True):
    """The adoptions that can be made, and the orders that a person must judge."""

    adoptions: tuple[OrderAdopted, ...]
    unadopted: tuple[tuple[str, str], ...]
    """Order numbers that match a spec and cannot be adopted, each with the reason."""

    @property
    def digest(self) -> str:
        """SHA-256 of the names and numbers: `adopt --expect-digest` accepts exactly this list."""
        pairs = [[adopted.name, adopted.order_no] for adopted in self.adoptions]
        return sha256(json_text.dumps(pairs)).hexdigest()


def propose(
    *,
    session: LedgerSession,
    look: AccountLook,
    specs: Iterable[Spec],
    config: Config,
    since: str | None,
    by: str,
    because: str,
) -> Proposal:
    """Return the possible adoptions.  `since` is an instant (UTC); None means the last event before
    the last restore.

    Raises `Refused` if the look at the account is not a full one.
    """
    need_reason(because)
    if not look.full:
        raise Refused(
            f"The account cannot be seen: {look.why_not}. Nothing was recorded. After the whole "
            "ledger was lost, no order of it can show that this is our account; where you know it, "
            "add --any-account.",
            exit_code=ExitCode.MARKETPLACE,
        )
    by_name = {spec.name: spec for spec in specs}
    foreign = {order.order_no: order for order in foreign_orders(look, session.state)}
    found = fits(by_name.values(), list(foreign.values()), config)
    wanted = Counter(name for names in found.values() for name in names)
    since = since or _lost_since(session)
    adoptions, unadopted = [], []
    for order_no, names in sorted(found.items()):
        order = foreign[order_no]
        why = (
            _why_not(names, wanted)
            or _too_old(order, since)
            or _may_be_open(session, order, config)
        )
        if why:
            unadopted.append((order_no, why))
        else:
            spec = by_name[names[0]]
            adoptions.append(adoption_of(spec, order_no, config, by=by, because=because))
    return Proposal(tuple(adoptions), tuple(unadopted))


def adopt_proposed(session: LedgerSession, proposal: Proposal) -> None:
    """Record all adoptions in one append.  Raises `Refused` if the ledger has moved since the
    proposal.
    """

    def decide(state: LedgerState) -> Sequence[Event]:
        for adopted in proposal.adoptions:
            known = state.orders.get(adopted.name)
            if not may_be_bought(known) or adopted.order_no in state.claimed:
                raise Refused(
                    f"{adopted.name} or {adopted.order_no} was recorded meanwhile. Nothing was "
                    "recorded now. Look at the list again."
                )
        return proposal.adoptions

    decide_and_append(session, decide)


def _why_not(names: Sequence[str], wanted: Mapping[str, int]) -> str:
    if len(names) > 1:
        return f"it reads back as {', '.join(names)}"
    if wanted[names[0]] > 1:
        return f"{wanted[names[0]]} orders of the account read back as {names[0]}"
    return ""


def _too_old(order: MarketplaceOrder, since: str | None) -> str:
    if since is None:
        return ""
    if order.created_at is None:
        return "when it was created is not shown; --since says from when on it counts"
    created = instant_text(order.created_at)
    return f"it was created at {created}, before {since}" if created < since else ""


def _may_be_open(session: LedgerSession, order: MarketplaceOrder, config: Config) -> str:
    for known in session.state.orders.values():
        ours = session.recall(known) if known.standing in OPEN else None
        if ours is None:
            continue
        doubt = Doubt(known.name, known.attempt, ours, known.intended_at)
        zone, skew_s = config.marketplace.timezone, config.reconcile.skew_s
        if compare(doubt, order, offer=offer_of(config), zone=zone, skew_s=skew_s).possible:
            return f"it may be {known.name}, which is in doubt"
    return ""


def _lost_since(session: LedgerSession) -> str | None:
    """Return the time of the last event before a restore: the lost events came after it."""
    turn = session.state.turn
    if turn is None or turn.kind != "LedgerRestored" or turn.seq < 3:
        return None
    # `RunStarted` of the restoring run stands between that event and `LedgerRestored`.
    line = next(iter(session.store.read(after=turn.seq - 3)), b"{}")
    time = json_text.loads(line).get("time")
    return time if isinstance(time, str) else None
