"""The plan: what would be bought, and what it was made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from satops.core import json_text
from satops.core.ledger.kept import KeptSpec
from satops.core.ledger.state import OPEN, OrderState, Standing
from satops.core.order.order import Order
from satops.core.plan.changes import Change
from satops.core.plan.config_changes import NewMarketplace
from satops.core.plan.feasibility import Feasibility
from satops.core.plan.origin import Origin
from satops.core.problem import Problem
from satops.core.spec.spec import Spec

FORMAT = "satops.plan/1"


class ActionKind(StrEnum):
    """What apply would do with one order name."""

    CREATE = "create"
    KEEP = "keep"
    HOLD = "hold"
    CONFLICT = "conflict"
    EXPIRED = "expired"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, repr=False)
class Action:
    """One order name, what would happen to it, and why."""

    name: str
    kind: ActionKind
    reason: str
    spec: Spec | None
    """None for a kept order, of which the ledger tells all, and for one whose spec is gone."""
    known: OrderState | None
    """What the ledger knows, if it knows the name."""
    estimated_cost: float | None = None
    captures: int = 1
    """How many images the order stands for: area and cost count once for each."""
    changes: tuple[Change, ...] = ()
    """For a conflict: the fields that were edited."""
    before: Order | None = None
    """For a conflict: the order as it was placed, where the ledger holds its content."""
    kept: KeptSpec | None = None
    """For a kept order: where its spec stands."""
    behind_conflict: bool = False
    """Whether it is held because placed members of its series are in conflict."""

    def __repr__(self) -> str:
        """Return kind and name."""
        return f"<Action {self.kind} {self.name}>"

    @property
    def left_out(self) -> bool:
        """Whether this run leaves the order to others: it is not chosen, or was not reviewed."""
        is_open = self.known is not None and self.known.standing in OPEN
        return self.kind is ActionKind.HOLD and not is_open and not self.behind_conflict

    @property
    def series(self) -> str | None:
        """The series that the order is a member of, as its spec says, else the ledger."""
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
        """The file and the line of the spec; None where the spec is gone."""
        if self.kept is not None:
            return self.kept.file, self.kept.line
        return None if self.spec is None else (self.spec.source.file, self.spec.source.line)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A limit that the plan exceeds."""

    summary: str
    detail: str


@dataclass(frozen=True, slots=True)
class LimitRoom:
    """How much of a limit is taken, before and after what is planned."""

    title: str
    unit: str
    """`orders`, `km²`, or `in estimated cost`."""
    allowed: float
    taken: float
    """By what the ledger holds."""
    planned: float
    """By the orders to create."""

    @property
    def left(self) -> float:
        """What is left once the plan is bought; below 0 where the plan is refused."""
        return self.allowed - self.taken - self.planned


@dataclass(frozen=True, slots=True)
class Part:
    """Which orders of a tree are wanted: those that have one of the names, and all the labels."""

    names: tuple[str, ...] = ()
    """Empty for any name."""
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, repr=False)
class Plan:
    """Actions, problems and refusals, and what they were made from."""

    ledger_head: str | None
    """None where there is no ledger: the plan is against nothing."""
    made_at: str
    """UTC; the clock that expiry and time checks were held against."""
    actions: tuple[Action, ...]
    problems: tuple[Problem, ...]
    refusals: tuple[Refusal, ...]
    specs: int
    rooms: tuple[LimitRoom, ...] = ()
    """Of each limit over several orders."""
    rules_digest: str = ""
    """SHA-256 of the limits, severities and other settings that can refuse a plan."""
    base: str = ""
    """The git commit or branch whose limits ruled; empty where it was the tree's own."""
    guard_changes: tuple[Change, ...] = ()
    """What differs from `base` in satops.yaml, key by key, and in the files that it names."""
    new_marketplace: NewMarketplace | None = None
    """Where orders go after the merge, where that is another marketplace than `base`'s."""
    already: tuple[Problem, ...] = ()
    """What `base` holds alike, and time alone made wrong: it blocks its own order, and is no fault
    of the change under review."""
    since: str = ""
    """The git commit that `waiting` is held against; empty for none."""
    waiting: frozenset[str] = frozenset()
    """The orders to create that `since` asked for alike: they wait since earlier."""
    origin: Origin | None = None
    """What it was made for; a plan that is shown or saved has it."""
    part: Part | None = None
    """What was chosen of the tree; None for all of it."""
    aside: tuple[Problem, ...] = ()
    """Errors of files that hold nothing that was chosen."""
    whole_refusals: tuple[Refusal, ...] = ()
    """For a part: the limits that the plan of the whole tree exceeds."""
    feasibility: Feasibility | None = None
    """What simulations told of its orders, where a reviewer was given that."""
    unread: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    """The bytes of each file that has errors, by its path: a name may stand in them."""

    def __repr__(self) -> str:
        """Return how many actions there are of each kind."""
        counts = ", ".join(f"{n} {kind}" for kind in ActionKind if (n := self.count(kind)))
        return f"<Plan {counts or 'empty'}, {len(self.problems)} problems>"

    @property
    def creates(self) -> list[Action]:
        """The orders that apply would buy, in the order of their names."""
        return [action for action in self.actions if action.kind is ActionKind.CREATE]

    def count(self, kind: ActionKind) -> int:
        """Return how many actions are of a kind."""
        return sum(action.kind is kind for action in self.actions)

    @property
    def blocked(self) -> bool:
        """Whether some problem blocks an order; the others may still be placed."""
        return any(problem.blocks for problem in (*self.problems, *self.aside))

    @property
    def in_doubt(self) -> list[Action]:
        """The orders that may or may not exist, and that no run is placing any more."""
        return [
            action
            for action in self.actions
            if action.kind is ActionKind.HOLD
            and action.known is not None
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
    def digest(self) -> str:
        """SHA-256 over everything that apply is bound to: the ledger's head, each action with its
        digest, and the rules.  The clock is not in it: what time changes shows as actions.
        """
        return plan_digest(
            ledger_head=self.ledger_head,
            rules_digest=self.rules_digest,
            actions=[(a.name, a.kind, action_digest(a)) for a in self.actions],
            refusals=[refusal.summary for refusal in self.refusals],
        )


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What a plan file says of the plan that was reviewed."""

    path: str
    digest: str
    ledger_head: str | None
    rules_digest: str
    made_at: str
    actions: tuple[tuple[str, str, str], ...]
    """Name, action and action digest."""
    origin: Origin
    part: Part | None = None
    """What was chosen of the tree; None for all of it."""

    @property
    def creates(self) -> frozenset[tuple[str, str]]:
        """Name and action digest of every order that was to be bought."""
        return frozenset((n, d) for n, kind, d in self.actions if kind == ActionKind.CREATE)


def plan_digest(
    *,
    ledger_head: str | None,
    rules_digest: str,
    actions: Sequence[tuple[str, str, str | None]],
    refusals: Sequence[str],
) -> str:
    """Return the digest of a plan, from the plan itself or from a saved one.

    An action is its name, its kind and its action digest.
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
    """Return the digest of the order an action is about: the spec's, else the ledger's."""
    if action.spec is not None:
        return action.spec.order.digest
    return action.known.order_digest if action.known else None


def action_digest(action: Action, *, rejections: int | None = None) -> str:
    """Return the SHA-256 of all that an approver accepts with one action.

    That is the order, and beside it what decides whether it may be bought and what it counts
    against: labels, acknowledgements with their reasons, `supersedes`, the series with its keys,
    the estimate and the captures.  The order of labels and acknowledgements in the file has no part
    in it.  An order that was rejected before has the number of rejections in it, so an approval
    from before the last one is not an approval to send it again; `rejections` gives another number.
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
