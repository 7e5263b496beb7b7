"""Make the plan: a pure function of specs, ledger, configuration and clock."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from msgspec.structs import replace

from satops.core import json_text
from satops.core.check import When
from satops.core.ledger.state import LedgerState
from satops.core.offer import Offer
from satops.core.plan.address import normal_address
from satops.core.plan.checks import NO_SIMULATIONS
from satops.core.plan.config import SANDBOX, Config
from satops.core.plan.decide import Recall, decide, problem_of
from satops.core.plan.estimate import Prices, prices_from
from satops.core.plan.limits import check_limits, limit_rooms
from satops.core.plan.plan import Action, ActionKind, Plan
from satops.core.plan.series import hold_renamed
from satops.core.problem import Problem, by_position
from satops.errors import InvalidInput
from satops.offers import offer_of, times_of
from satops.ports import RulesSource
from satops.workflow.validate import Tree


def make_plan(
    tree: Tree,
    state: LedgerState | None,
    config: Config,
    *,
    now: str,
    recall: Recall,
    rules: RulesSource | None = None,
) -> Plan:
    """Return what apply would do.  Reads nothing but its arguments.

    With `rules`, the orders to create are checked against the clock, each other and the ledger.
    Without `state` there is no ledger, and every spec counts as new.
    """
    ledger = state if state is not None else LedgerState()
    offer = offer_of(config)
    actions, problems = decide(
        tree.specs, ledger, offer=offer, now=now, recall=recall, kept=tree.kept
    )
    problems += tree.problems
    if not config.marketplace.simulation:
        problems += _without_simulations(actions)
    creating = [it.spec for it in actions if it.spec and it.kind is ActionKind.CREATE]
    if rules is not None and creating:
        from satops.workflow.checks import check_plan  # brings shapely

        problems += check_plan(creating, tree.specs, ledger, rules.rules(), now=now, recall=recall)
    actions = hold_renamed(_without_blocked(actions, problems), problems, ledger)
    # Only the ledger knows whether a loopback address is a sandbox.
    if (ledger.marketplace or normal_address(config.marketplace.url)) != SANDBOX:
        actions = [_without_sample(action) for action in actions]
    prices = prices_from(config.prices, offer)
    actions = [_counted(action, offer, prices) for action in actions]
    creates = [action for action in actions if action.kind is ActionKind.CREATE]
    return Plan(
        ledger_head=None if state is None else state.head.digest,
        made_at=now,
        actions=tuple(_without_unread(actions, tree)),
        problems=tuple(sorted(problems, key=by_position)),
        refusals=check_limits(creates, ledger, config, now),
        specs=len(tree.specs) + len(tree.kept),
        rooms=limit_rooms(creates, ledger, config, now),
        rules_digest=rules_digest(config),
        unread=tree.unread,
    )


def _without_simulations(actions: Sequence[Action]) -> Iterator[Problem]:
    """Yield an error for each order of a pass if the account has no simulations."""
    for action in actions:
        spec = action.spec
        if action.kind is ActionKind.CREATE and spec is not None and spec.order.pass_choice:
            detail = (
                "The order buys a pass, and satops.yaml does not say that the account has "
                "simulations. Write `marketplace: {simulation: true}`, or take `pass` out."
            )
            finding = NO_SIMULATIONS.finding(("order", "pass"), detail)
            yield problem_of(spec, NO_SIMULATIONS, finding)


def refuse_invalid(plan: Plan) -> None:
    """Raise `InvalidInput` if the tree has errors that block everything (`blocks_tree`)."""
    blocking = tuple(problem for problem in plan.problems if blocks_tree(problem))
    if blocking:
        count = "1 problem" if len(blocking) == 1 else f"{len(blocking)} problems"
        raise InvalidInput(f"The specs do not validate: {count}. Nothing was sent.", blocking)


def blocks_tree(problem: Problem) -> bool:
    """Tell whether a problem stops apply from sending anything.

    Problems that the clock or the ledger can bring (an expired window, a conflict) block only their
    own order.
    """
    return problem.blocks and times_of(problem.check).isdisjoint({When.CLOCK, When.LEDGER})


def rules_digest(config: Config) -> str:
    """Return the SHA-256 of everything in the configuration that can refuse a plan."""
    return sha256(
        json_text.dumps(
            {
                "limits": [[limit.key, limit.value, limit.label] for limit in config.limits],
                "checks": sorted(config.severities.items()),
                "prices": config.prices,
                "region": config.region,
                "areas": [config.allowed, config.forbidden],
                "modes": config.modes,
                "labels": [
                    [key, rule.required, rule.one_of] for key, rule in sorted(config.labels.items())
                ],
            }
        )
    ).hexdigest()


def _without_sample(action: Action) -> Action:
    """Hold back a sample of `init` at a real marketplace."""
    labels = None if action.spec is None else action.spec.labels
    if action.kind is not ActionKind.CREATE or not labels or labels.get("sample") != "yes":
        return action
    reason = "a sample: remove its label `sample` to buy it at a marketplace"
    return replace(action, kind=ActionKind.HOLD, reason=reason)


def _counted(action: Action, offer: Offer, prices: Prices | None) -> Action:
    """Return the action with its captures, and with its estimate if there are prices."""
    if action.spec is None or action.kind is not ActionKind.CREATE:
        return action
    captures = offer.captures(action.spec.order)
    cost = None if prices is None else prices.estimate(action.spec)
    if captures == 1 and cost is None:
        return action
    return replace(action, captures=captures, estimated_cost=cost)


def _without_blocked(actions: list[Action], problems: Iterable[Problem]) -> list[Action]:
    """Replace each create that a problem of its own order blocks.

    It becomes `expired` if a check against the clock was raised to an error, else `conflict`.
    Problems that block the whole tree are not considered here.
    """
    blocking = {
        problem.order: problem
        for problem in problems
        if problem.blocks and not blocks_tree(problem)
    }
    return [_blocked(action, blocking) for action in actions] if blocking else actions


def _blocked(action: Action, blocking: Mapping[str | None, Problem]) -> Action:
    problem = blocking.get(action.name)
    if problem is None or action.kind is not ActionKind.CREATE:
        return action
    late = When.CLOCK in times_of(problem.check)
    kind = ActionKind.EXPIRED if late else ActionKind.CONFLICT
    return replace(action, kind=kind, reason=problem.summary)


def _without_unread(actions: list[Action], tree: Tree) -> Iterable[Action]:
    """Leave out `retired` orders whose specs may exist in a file, or a part of the tree, that is
    missing or cannot be read.
    """
    unread = {problem.file for problem in tree.problems if problem.blocks}
    for action in actions:
        known = action.known if action.kind is ActionKind.RETIRED else None
        if known is None or not (tree.partial or known.source.get("file") in unread):
            yield action
