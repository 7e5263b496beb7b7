"""The plan: the actions, and the values that they were made from."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from msgspec import Struct, field

from satops.core import json_text
from satops.core.ledger.kept import KeptSpec
from satops.core.ledger.state import OPEN, OrderState, Standing
from satops.core.order.order import Order
from satops.core.plan.changes import Change, NewMarketplace
from satops.core.plan.feasibility import Feasibility
from satops.core.plan.origin import Origin
from satops.core.problem import Problem
from satops.core.spec.spec import Spec

FORMAT = "satops.plan/1"


class ActionKind(StrEnum):
    """The action of apply for one order name."""

    CREATE = "create"
    KEEP = "keep"
    HOLD = "hold"
    CONFLICT = "conflict"
    EXPIRED = "expired"
    RETIRED = "retired"


class Action(Struct, frozen=True):
    """One order name, its action and the reason."""

    name: str
    kind: ActionKind
    reason: str
    spec: Spec | None
    """None for a kept order, which the ledger describes, and for an order without a spec."""
    known: OrderState | None
    """The ledger's state of the name, or None."""
    estimated_cost: float | None = None
    captures: int = 1
    """Number of images; area and cost count once for each."""
    changes: tuple[Change, ...] = ()
    """For a conflict: the edited fields."""
    before: Order | None = None
    """For a conflict: the placed order, if its content was recorded."""
    kept: KeptSpec | None = None
    """For a kept order: its spec's position."""
    behind_conflict: bool = False
    """Whether it is held because placed members of its series are in conflict."""

    def __repr__(self) -> str:
        """Return kind and name."""
        return f"<Action {self.kind} {self.name}>"

    @property
    def left_out(self) -> bool:
        """Whether this run skips the order: it is not chosen, or was not reviewed."""
        if self.kind is not ActionKind.HOLD or self.behind_conflict:
            return False
        return self.known is None or self.known.standing not in OPEN

    @property
    def series(self) -> str | None:
        """The order's series, from its spec or else the ledger."""
        if self.spec is not None:
            return self.spec.series
        return None if self.known is None else self.known.series

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Axis and key of a member."""
        if self.spec is not None:
            return self.spec.keys
        return (self.known.keys or ()) if self.known is not None else ()

    @property
    def rejections(self) -> int:
        """How often the marketplace has rejected the order of a `CREATE` before, as it is now."""
        if self.kind is not ActionKind.CREATE or self.known is None:
            return 0
        return self.known.rejections(order_digest(self))

    @property
    def where(self) -> tuple[str, int] | None:
        """File and line of the spec; None without a spec."""
        if self.kept is not None:
            return self.kept.file, self.kept.line
        return None if self.spec is None else (self.spec.source.file, self.spec.source.line)


class Refusal(Struct, frozen=True):
    """A limit that the plan exceeds."""

    summary: str
    detail: str


class LimitRoom(Struct, frozen=True):
    """How much of a limit is used, before and after the plan."""

    title: str
    unit: str
    """`orders`, `km²`, or `in estimated cost`."""
    allowed: float
    taken: float
    """Used by the ledger's orders."""
    planned: float
    """Used by the orders to create."""

    @property
    def left(self) -> float:
        """The rest after the plan; below 0 if the plan is refused."""
        return self.allowed - self.taken - self.planned


class Part(Struct, frozen=True):
    """The choice of orders: those that have one of the names, and all the labels."""

    names: tuple[str, ...] = ()
    """Empty for any name."""
    labels: tuple[tuple[str, str], ...] = ()


class Plan(Struct, frozen=True, dict=True):
    """Actions, problems and refusals, and the values that they were made from."""

    ledger_head: str | None
    """None without a ledger."""
    made_at: str
    """UTC; the time for expiry and time checks."""
    actions: tuple[Action, ...]
    problems: tuple[Problem, ...]
    refusals: tuple[Refusal, ...]
    specs: int
    rooms: tuple[LimitRoom, ...] = ()
    """One for each limit over several orders."""
    rules_digest: str = ""
    """SHA-256 of the limits, severities and other settings that can refuse a plan."""
    base: str = ""
    """The git commit or branch whose limits apply; empty for the tree's own."""
    guard_changes: tuple[Change, ...] = ()
    """Changes against `base` in satops.yaml, by key, and in the files that it names."""
    new_marketplace: NewMarketplace | None = None
    """The marketplace after the merge, if it differs from `base`'s."""
    already: tuple[Problem, ...] = ()
    """Problems that `base` has too, through time alone: they block their own orders, and are not
    caused by the change under review."""
    since: str = ""
    """The git commit for `waiting`; empty for none."""
    waiting: frozenset[str] = frozenset()
    """The orders to create that `since` already had."""
    origin: Origin | None = None
    """Its origin; set for a plan that is shown or saved."""
    part: Part | None = None
    """What was chosen of the tree; None for all of it."""
    aside: tuple[Problem, ...] = ()
    """Errors of files without a chosen order."""
    whole_refusals: tuple[Refusal, ...] = ()
    """For a part: the limits that the plan of the whole tree exceeds."""
    feasibility: Feasibility | None = None
    """Simulations of its orders, if evidence was given."""
    unread: Mapping[str, bytes] = field(default_factory=dict)
    """Bytes of each file with errors, by path: they may contain an order name."""

    def __repr__(self) -> str:
        """Return the number of actions by kind."""
        counts = ", ".join(f"{n} {kind}" for kind in ActionKind if (n := self.count(kind)))
        return f"<Plan {counts or 'empty'}, {len(self.problems)} problems>"

    @cached_property
    def _by_kind(self) -> Mapping[ActionKind, list[Action]]:
        found: dict[ActionKind, list[Action]] = {kind: [] for kind in ActionKind}
        for action in self.actions:
            found[action.kind].append(action)
        return found

    def of(self, kind: ActionKind) -> list[Action]:
        """Return the actions of a kind, sorted by name."""
        return self._by_kind[kind]

    @property
    def creates(self) -> list[Action]:
        """The orders to create, sorted by name."""
        return self.of(ActionKind.CREATE)

    def count(self, kind: ActionKind) -> int:
        """Return the number of actions of a kind."""
        return len(self.of(kind))

    @property
    def blocked(self) -> bool:
        """Whether a problem blocks an order; others may still be placed."""
        return any(problem.blocks for problem in (*self.problems, *self.aside))

    @cached_property
    def in_doubt(self) -> list[Action]:
        """The orders in doubt."""
        return [
            action
            for action in self.of(ActionKind.HOLD)
            if action.known is not None
            and action.known.standing_at(self.made_at) is Standing.IN_DOUBT
        ]

    @property
    def being_placed(self) -> list[Action]:
        """The orders that another run may still be sending."""
        return [
            action
            for action in self.actions
            if action.known is not None
            and action.known.standing_at(self.made_at) is Standing.BEING_PLACED
        ]

    @cached_property
    def action_digests(self) -> list[str]:
        """The action digest of each action."""
        return [action_digest(action) for action in self.actions]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that binds apply: the ledger's head, each action with its digest,
        and the rules.  Not of the clock: its effects show as actions.
        """
        return plan_digest(
            ledger_head=self.ledger_head,
            rules_digest=self.rules_digest,
            actions=[
                (action.name, action.kind, digest)
                for action, digest in zip(self.actions, self.action_digests, strict=True)
            ],
            refusals=[refusal.summary for refusal in self.refusals],
        )


class SavedPlan(Struct, frozen=True):
    """The content of a plan file."""

    path: str
    digest: str
    ledger_head: str | None
    rules_digest: str
    made_at: str
    actions: tuple[tuple[str, str, str], ...]
    """Name, kind and action digest of each action."""
    origin: Origin
    part: Part | None = None
    """What was chosen of the tree; None for all of it."""

    @property
    def creates(self) -> frozenset[tuple[str, str]]:
        """Name and action digest of every order to create."""
        return frozenset((n, d) for n, kind, d in self.actions if kind == ActionKind.CREATE)


def plan_digest(
    *,
    ledger_head: str | None,
    rules_digest: str,
    actions: Sequence[tuple[str, str, str | None]],
    refusals: Sequence[str],
) -> str:
    """Return the digest of a plan, from the plan itself or a saved one.

    An action is its name, kind and action digest.
    """
    content = {
        "format": FORMAT,
        "ledger_head": ledger_head,
        "rules": rules_digest,
        "actions": actions,
        "refusals": refusals,
    }
    return sha256(json_text.dumps(content)).hexdigest()


def order_digest(action: Action) -> str | None:
    """Return the order digest of an action: the spec's, or else the ledger's."""
    if action.spec is not None:
        return action.spec.order.digest
    return action.known.order_digest if action.known else None


def action_digest(action: Action, *, rejections: int | None = None) -> str:
    """Return the SHA-256 of everything that an approver accepts with one action.

    That is the order, and the values that decide its permission and its limits: labels,
    acknowledgements with reasons, `supersedes`, series and keys, estimate and captures.  The order
    of labels and acknowledgements in the file does not matter.  The number of rejections is
    included if there were any, so an approval from before the last one does not allow another
    attempt; `rejections` replaces that number.
    """
    spec = action.spec
    seen = action.rejections if rejections is None else rejections
    content: dict[str, object] = {
        "order": order_digest(action),
        "labels": dict(sorted((spec.labels or {}).items())) if spec else {},
        "acknowledge": sorted([item.check, item.reason] for item in spec.acknowledge)
        if spec
        else [],
        "supersedes": spec.supersedes if spec else None,
        "series": [spec.series, spec.keys] if spec else None,
        "estimate": action.estimated_cost,
        "captures": action.captures,
    }
    if seen:
        content["rejections"] = seen
    return sha256(json_text.dumps_replacing(content)).hexdigest()
