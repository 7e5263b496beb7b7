"""Ledger start: begin an empty ledger, or one that replaces a broken one."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

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


class Begun(Struct, frozen=True):
    """A new ledger."""

    ledger: str
    """Id of the ledger."""
    address: str
    marketplace: str
    """Address of its marketplace."""
    state: str | None = None
    """The new `state` in satops.yaml; None if unchanged."""


def ledger_address(repository: FilePath, *, environ: Mapping[str, str] | None = None) -> str:
    """Return the ledger's address, whether it exists or not.  Raises `UsageError` without a
    repository.
    """
    return open_repository(repository, environ=environ).store().address


def start_ledger(
    repository: FilePath,
    *,
    also_buy: Sequence[str] = (),
    because: str | None = None,
    continues: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Begun:
    """Begin an empty ledger; an older store is migrated.

    The ledger belongs to the marketplace in satops.yaml.  If the ledger of `state` is the sandbox's
    and satops.yaml names a marketplace, a ledger beside it is begun, and `state` is changed to it.
    Orders that the sandbox's ledger holds, and samples, must be named in `also_buy` (or `all`),
    since they would be bought.

    `continues` is the file of a broken ledger without a copy: its possible orders are carried, and
    nothing is bought before a wait and a full look at the account.

    Raises `Refused` if the ledger exists or an order would be bought by surprise, and
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
    """Read a broken ledger.  Raises `UsageError` and `Refused`."""
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
    """Return the repository with a ledger of its marketplace, if `state` belongs to another one.

    Raises `UsageError` if `SATOPS_STATE` fixes the sandbox's ledger.
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
    """Raise `Refused` for orders of the sandbox's ledger, and samples, that are not named."""
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
