"""Reading the ledger, and beginning one."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from satops import __version__
from satops.adapters.files.config_file import set_state
from satops.adapters.provenance import person
from satops.adapters.stores.open import kind_of
from satops.api.plan import no_copy
from satops.api.repository import STATE_GUARD, FilePath, Repository, Say, open_repository
from satops.api.specs import spec_tree
from satops.core import json_text
from satops.core.ledger.chain import EMPTY, GENESIS, Head, decode, encode, line_digest
from satops.core.ledger.events import LedgerStarted, MarketplaceMoved, OrderCarried
from satops.core.ledger.state import LedgerState, OrderState, may_be_bought
from satops.core.plan.address import normal_address, state_for
from satops.core.plan.config import SANDBOX
from satops.core.redaction import shown_address
from satops.core.spec.spec import Spec
from satops.errors import HeadMoved, LedgerCorrupt, LedgerMissing, Refused, UsageError
from satops.ports import IndexedStore, LedgerStore, MigratedStore, Promise
from satops.workflow.account import look_at_account
from satops.workflow.begin import begin
from satops.workflow.ledger import Accepted
from satops.workflow.reconcile import NOTHING_PLACED
from satops.workflow.resolve import need_reason
from satops.workflow.verify import VerifyReport

if TYPE_CHECKING:
    from satops.workflow.continues import Broken
    from satops.workflow.copy_ledger import CopyReport

_NAMES_MAX = 10
_NEAR = 1000
"""Lines before an intent among which its run began."""


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is known of one order name."""

    name: str
    known: OrderState | None
    spec: Spec | None
    events: tuple[dict[str, Any], ...]
    now: str
    started: dict[str, Any] | None
    """The event that began the run of its submission."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A ledger that was just begun."""

    ledger: str
    """Its id."""
    address: str
    marketplace: str
    """The address of the one marketplace that it is of."""
    state: str | None = None
    """What `state` in satops.yaml was changed to; None where it was left."""


def show(repository: FilePath, name: str, *, environ: Mapping[str, str] | None = None) -> Shown:
    """Return all that the tree and the ledger know of one name.

    Raises `UsageError` where neither knows it, and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    store = opened.store()
    events = _history(store, name)
    spec = _spec(opened, name)
    known = _folded(events).orders.get(name)
    if known is None and spec is None:
        raise _nobody_knows(name)
    started = None if known is None else _started(store, known)
    return Shown(name, known, spec, tuple(event for event, _ in events), opened.now(), started)


def history(
    repository: FilePath, name: str | None = None, *, environ: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Return the events of the ledger, oldest first, or those of one order.

    Raises `UsageError` for a name that neither the tree nor the ledger knows, and `LedgerError`.
    Each event is checked, and so is the chain to its end, but for one order in a store that has an
    index: there nothing else is read.
    """
    opened = open_repository(repository, environ=environ)
    events = _history(opened.store(), name)
    if name is not None and not events and _spec(opened, name) is None:
        raise _nobody_knows(name)
    return [event for event, _ in events]


def _spec(opened: Repository, name: str) -> Spec | None:
    return next((spec for spec in spec_tree(opened).read().specs if spec.name == name), None)


def _nobody_knows(name: str) -> UsageError:
    return UsageError(
        f"Neither the tree nor the ledger knows the name {name!r}. Look at `satops list` and "
        "`satops validate`: a spec with errors is not read."
    )


def _history(store: LedgerStore, name: str | None) -> "list[tuple[dict[str, Any], Head]]":
    if name is None or not isinstance(store, IndexedStore):
        events = _sound(decode(store.read()))
    else:
        events = _sound(map(_unchained, store.about(name)))
    return [found for found in events if name is None or found[0].get("name") == name]


def _started(store: LedgerStore, known: OrderState) -> dict[str, Any] | None:
    """Return the beginning of the run that intended an order; in a store with an index only the
    lines shortly before the intent are read, and what is damaged there is passed over.
    """
    if isinstance(store, IndexedStore):
        before = islice(store.read(after=max(known.seq - _NEAR, 0)), _NEAR)
        events = _sound(_readable(before))
    else:
        events = _sound(decode(store.read()))
    for event, _ in events:
        if event["kind"] == "RunStarted" and event["run"] == known.run:
            return event
    return None


def _readable(lines: Iterable[bytes]) -> Iterator[tuple[dict[str, Any], Head]]:
    for line in lines:
        with suppress(LedgerCorrupt):
            yield _unchained(line)


def _unchained(line: bytes) -> tuple[dict[str, Any], Head]:
    """Read a line whose neighbours are not known; which event it claims to be is its number."""
    try:
        event = json_text.loads(line)
        return event, Head(event["seq"], line_digest(line))
    except (json_text.NotJson, KeyError, TypeError) as error:
        raise LedgerCorrupt(
            f"The ledger holds a line that is no event: {error}. To see which:\n    satops verify"
        ) from None


def _folded(events: Iterable[tuple[dict[str, Any], Head]]) -> LedgerState:
    state = LedgerState()
    for event, head in events:
        state.take(event, head.digest)
    return state


def _sound(
    events: Iterable[tuple[dict[str, Any], Head]],
) -> Iterator[tuple[dict[str, Any], Head]]:
    """Yield events that fit the schema: whoever shows them need not look for what is missing."""
    for event, head in events:
        for breach in _breaches(event):
            raise LedgerCorrupt(
                f"Line {head.seq} of the ledger was changed after it was written. {breach} To see "
                "all that is wrong:\n    satops verify"
            )
        yield event, head


def verify(
    repository: FilePath,
    *,
    head: str | None = None,
    ledger: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> VerifyReport:
    """Hold the whole ledger, or a copy of it, against its format and its meaning.

    `head` is one that was noted elsewhere.  Raises `LedgerMissing` and `StoreUnreachable`.
    """
    from satops.adapters.stores.file import FileStore
    from satops.workflow.verify import verify as check

    if ledger is None:
        store = open_repository(repository, environ=environ).store()
    else:
        store = FileStore(ledger)
    try:
        return check(store, anchor=head, check=_breaches)
    except LedgerMissing:
        if ledger is None:
            raise
        raise no_copy(ledger) from None


def _breaches(event: dict[str, Any]) -> Iterator[str]:
    from satops.adapters.files.schemas import ledger_schema

    if not ledger_schema().is_valid(event):
        yield f"This {event.get('kind')} does not fit schema/ledger.schema.json."


def ledger_address(repository: FilePath, *, environ: Mapping[str, str] | None = None) -> str:
    """Return where the ledger is, or would be; raises `UsageError` where there is no repository."""
    return open_repository(repository, environ=environ).store().address


def start_ledger(
    repository: FilePath,
    *,
    also_buy: Sequence[str] = (),
    because: str | None = None,
    continues: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Begun:
    """Begin an empty ledger where there is none; a store of an older form is brought forward.

    It is of the marketplace that satops.yaml names, and of no other.  Where the ledger of `state`
    is the sandbox's and satops.yaml names a marketplace, a ledger beside it is begun, and `state`
    is changed to name it.  Orders that the sandbox holds, and samples, must be named in `also_buy`
    (or `all`): they would be bought.

    `continues` is the file of a broken ledger that has no copy: what may have been bought by it
    is carried, and nothing is bought before a wait and a full look at the account.

    Raises `Refused` where there is one, or where something would be bought by surprise, and
    `StoreUnreachable`.
    """
    opened = open_repository(repository, environ=environ)
    address = opened.marketplace_address()
    renamed = None
    if address != SANDBOX:
        opened, renamed = _beside_the_sandbox(opened, address)
        _require_named(
            opened if renamed is None else open_repository(repository, environ=environ),
            also_buy,
            address,
        )
    broken = None if continues is None else _broken(continues, because)
    store = opened.store()
    begun = Begun(secrets.token_hex(16), store.address, address, renamed)
    event = LedgerStarted(
        ledger=begun.ledger,
        tool=f"satops {__version__}",
        marketplace=address,
        because=because,
        continues=None if broken is None else broken.continues,
    )
    carried = () if broken is None else broken.carried
    lines, _ = encode([event, *carried], head=EMPTY, time=opened.clock.now(), run=opened.new_run())
    if isinstance(store, MigratedStore):
        store.migrate()
    if kind_of(opened.config.state).promise is Promise.RACES:
        opened.store_proof().require_before_start()
    try:
        store.append(lines, GENESIS)
    except HeadMoved as error:
        raise Refused(
            f"There is a ledger at {store.address}; it is kept. To check it:\n    satops verify"
        ) from error
    if renamed is not None:
        set_state(opened.root, renamed)
    return begun


def _broken(path: Path, because: str | None) -> "Broken":
    """Read a broken ledger; raises `UsageError` and `Refused`."""
    from satops.workflow.continues import is_whole, read_broken

    need_reason(because)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.") from error
    if is_whole(content) is not None:
        raise Refused(
            f"The chain of {path} is whole: it needs no successor. Put it where `state` in "
            "satops.yaml says, or move it:\n    satops ledger move TO"
        )

    def fits(order: OrderCarried) -> bool:
        (line,), _ = encode([order], head=EMPTY, time=datetime.now(UTC), run="start")
        return not list(_breaches(json_text.loads(line)))

    return read_broken(content, fits)


def _beside_the_sandbox(opened: Repository, address: str) -> tuple[Repository, str | None]:
    """Return the repository with a ledger of its own for a marketplace, where `state` is another's.

    Raises `UsageError` where `SATOPS_STATE` fixes the ledger of the sandbox.
    """
    try:
        held = opened.session().state.marketplace
    except LedgerMissing:
        return opened, None
    if held != SANDBOX:
        return opened, None
    state = state_for(opened.config.state, address)
    environ = dict(opened.environ)
    if environ.get(STATE_GUARD) not in (None, state):
        raise UsageError(
            f"{STATE_GUARD} names {environ[STATE_GUARD]}, the ledger of the sandbox. The ledger of "
            f"{address} is {state}: set {STATE_GUARD} to it, and run again."
        )
    config = replace(opened.config, state=state)
    return replace(opened, config=config), state


def _require_named(opened: Repository, also_buy: Sequence[str], address: str) -> None:
    """Raise `Refused` for orders that the sandbox holds, or samples, unless each is named."""
    try:
        known = opened.session().state
    except LedgerMissing:
        known = LedgerState()
    names = [
        spec.name
        for spec in spec_tree(opened).read().specs
        if (spec.labels or {}).get("sample") == "yes"
        or (known.marketplace == SANDBOX and not may_be_bought(known.orders.get(spec.name)))
    ]
    left = [name for name in names if name not in also_buy]
    if left and "all" not in also_buy:
        listed = ", ".join(left[:_NAMES_MAX]) + (" and more" if len(left) > _NAMES_MAX else "")
        raise Refused(
            f"At {address} these orders of the tree are new, and would be bought for money: "
            f"{listed}. They are samples, or the sandbox holds them. Nothing was begun. Delete "
            "what is not wanted; name what is to be bought, or say all:\n"
            f"    satops ledger start --also-buy {left[0]}\n"
            "    satops ledger start --also-buy all"
        )


def moved(
    repository: FilePath,
    to: str,
    *,
    because: str,
    unchecked: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> MarketplaceMoved:
    """Record that the marketplace of a ledger has another address from here on.

    Unless `unchecked`, the new address must show the newest orders.  Raises `Refused`,
    `UsageError`, `MarketplaceUnreachable` and `LedgerError`.
    """
    from satops.adapters.files.config_checks import wrong_url
    from satops.workflow.ledger import move_marketplace

    if to != SANDBOX and (wrong := wrong_url(to)):
        raise UsageError(f"The new address cannot be used. {wrong}")
    opened = open_repository(repository, environ=environ)
    session, local, started = opened.appending("ledger moved", say, bound=False)
    begin(session, local, started, must_hold=(opened.expected_head(),))
    check = not unchecked and opened.config.marketplace.query
    asked = opened.marketplace(say, session.state.ledger) if check else nullcontext()
    with asked as marketplace:
        event = move_marketplace(
            session=session,
            to=normal_address(to),
            configured=opened.marketplace_address(),
            marketplace=marketplace,
            by=person(opened.environ),
            because=because,
        )
    session.finish(NOTHING_PLACED)
    return event


def accept_older(
    repository: FilePath,
    *,
    because: str,
    any_account: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> Accepted:
    """Go on with a ledger that is older than what this machine had appended to it.

    `any_account` takes the account although it does not show the newest orders of the ledger.
    Raises `Refused`, `UsageError` and `LedgerError`.
    """
    from satops.workflow.ledger import accept_older as accept

    opened = open_repository(repository, environ=environ)
    session, local, started = opened.appending("ledger accept-older", say)
    session.mark = None  # what is recorded here replaces the mark
    session.begin(started)
    with opened.marketplace(say, session.state.ledger) as marketplace:
        look = look_at_account(
            marketplace,
            session.state,
            opened.clock,
            opened.config,
            any_account=any_account or opened.sandbox,
        )
    accepted = accept(
        session=session,
        mark=local.mark,
        expected=opened.expected_head(),
        look=look,
        specs=unspent_specs(opened, session.state),
        config=opened.config,
        by=person(opened.environ),
        because=because,
    )
    session.finish(NOTHING_PLACED)
    local.mark.note(session.state.head, accepted=True)
    return accepted


def move_ledger(
    repository: FilePath,
    to: str,
    *,
    because: str | None = None,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> "CopyReport":
    """Copy the ledger to another place, verify the copy, and close the one that was left.

    Raises `Refused`, `UsageError` and `LedgerError`.
    """
    from satops.adapters.stores.open import open_store
    from satops.workflow.ledger import move_ledger as move

    opened = open_repository(repository, environ=environ)
    target = open_store(to, opened.root)
    session, local, started = opened.appending("ledger move", say)
    if target.address == session.store.address:
        raise UsageError(f"The ledger is at {target.address} already. Nothing was written.")
    begin(session, local, started, must_hold=(opened.expected_head(),))
    return move(session, target, to=shown_address(to), by=person(opened.environ), because=because)


def unspent_specs(opened: Repository, state: LedgerState) -> list[Spec]:
    """Return the specs of the tree that may still be bought."""
    specs = spec_tree(opened).read(state).specs
    return [spec for spec in specs if may_be_bought(state.orders.get(spec.name))]
