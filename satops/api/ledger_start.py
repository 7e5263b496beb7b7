"""Ledger start: an empty ledger where there is none, or one that goes on from a broken one."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from satops import __version__
from satops.adapters.files.config_file import set_state
from satops.adapters.stores.open import kind_of
from satops.api.history import breaches
from satops.api.repository import STATE_GUARD, FilePath, Repository, open_repository
from satops.api.specs import spec_tree
from satops.core import json_text
from satops.core.ledger.chain import EMPTY, GENESIS, encode
from satops.core.ledger.events import LedgerStarted, OrderCarried
from satops.core.ledger.state import LedgerState, may_be_bought
from satops.core.plan.address import state_for
from satops.core.plan.config import SANDBOX
from satops.errors import HeadMoved, LedgerMissing, Refused, UsageError
from satops.ports import MigratedStore, Promise
from satops.workflow.resolve import need_reason

if TYPE_CHECKING:
    from satops.workflow.continues import Broken

_NAMES_MAX = 10


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
        return not list(breaches(json_text.loads(line)))

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
