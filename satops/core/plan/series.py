"""The plan's rules for the members of one series, besides those for single orders.

Axes may not change once a member counts as spent.  Edits of placed members are one conflict, and
hold new members.  An expired window is no error while other members can be bought.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from satops.core.check import Check
from satops.core.finding import Path
from satops.core.ledger.holders import holder_of
from satops.core.ledger.state import SPENT, LedgerState, OrderState
from satops.core.plan.checks import COPY, EDITED, TOO_LATE
from satops.core.plan.plan import Action, ActionKind
from satops.core.plan.series_words import (
    axes_words,
    copied_words,
    edited_words,
    frozen_words,
    outline_words,
    over_words,
)
from satops.core.problem import Problem
from satops.core.spec.series_checks import FROZEN, IN_CONFLICT, OTHER_KEY, OVER
from satops.core.spec.spec import Membership, Spec


def hold_renamed(
    actions: Sequence[Action], problems: Iterable[Problem], state: LedgerState
) -> list[Action]:
    """Hold new members with a key whose other members seem to be bought under another name.

    Otherwise the unbought ones would get the new name, and `renamed` would fit neither.
    """
    found = {it.order for it in problems if it.blocks and it.check == OTHER_KEY.code}
    suspects = [
        action
        for action in actions
        if action.kind is ActionKind.CONFLICT
        and action.spec is not None
        and action.series is not None
        and (action.known is None or action.known.standing not in SPENT)
        and (
            action.name in found
            or holder_of(action.spec.order.digest, state, besides=action.name) is not None
        )
    ]
    if not suspects:
        return list(actions)
    series = {action.series for action in suspects}
    bought = {
        (known.series, axis_and_key)
        for known in state.orders.values()
        if known.standing in SPENT and known.series in series
        for axis_and_key in known.keys or ()
    }
    strange = {
        (action.series, axis_and_key)
        for action in suspects
        for axis_and_key in action.keys
        if (action.series, axis_and_key) not in bought
    }
    reason = "held, since orders with its key seem to be bought under another name"
    return [
        replace(action, kind=ActionKind.HOLD, reason=reason, behind_conflict=True)
        if action.kind is ActionKind.CREATE
        and any((action.series, axis_and_key) in strange for axis_and_key in action.keys)
        else action
        for action in actions
    ]


class Decided(NamedTuple):
    """A member, with the decision for it alone."""

    spec: Spec
    action: Action
    problem: Problem | None

    @property
    def keys(self) -> tuple[str, ...]:
        """Its key on each axis."""
        return tuple(key for _, key in self.spec.keys)

    @property
    def is_spent(self) -> bool:
        """Whether the ledger counts it as spent."""
        return self.action.known is not None and self.action.known.standing in SPENT

    @property
    def is_edited(self) -> bool:
        """Whether it is placed with other content than the document has now."""
        return self.problem is not None and self.problem.check == EDITED.code


def decide_series(
    members: Sequence[Decided], state: LedgerState
) -> tuple[list[Action], list[Problem]]:
    """Return the actions of all members of a series, and the problems."""
    frozen = _frozen(members, state)
    if frozen is not None:
        return frozen
    grouped = (EDITED.code, TOO_LATE.code)
    problems = [
        member.problem
        for member in members
        if member.problem is not None
        and member.problem.check not in grouped
        and not _is_copy(member)
    ]
    problems += _copied([member for member in members if _is_copy(member)])
    problems += _over(members)
    actions, conflicts = _held(members)
    return actions, problems + conflicts


def other_axes(spec: Spec, state: LedgerState) -> OrderState | None:
    """Return an order of the series that was bought with other axes, or None."""
    if spec.membership is None:
        return None
    axes = [dict(axis) for axis in spec.membership.axes]
    if all(list(known or ()) == axes for known in state.axes.get(spec.membership.series, ())):
        return None
    return next(
        (
            known
            for known in state.orders.values()
            if known.series == spec.series
            and known.standing in SPENT
            and known.axes
            and list(known.axes) != axes
        ),
        None,
    )


def _frozen(
    members: Sequence[Decided], state: LedgerState
) -> tuple[list[Action], list[Problem]] | None:
    """Return the actions and one conflict if the axes differ from bought ones; else None."""
    first, series = members[0], _membership(members[0]).series
    other = other_axes(first.spec, state)
    if other is None:
        return None
    before, after = axes_words(other.axes or ()), axes_words(_membership(first).axes)
    fresh = sum(not member.is_spent for member in members)
    spent = sum(it.series == series and it.standing in SPENT for it in state.orders.values())
    detail = frozen_words(series, before, after, spent, fresh)
    line = min(_membership(first).lines)
    reason = f"the axes of its series were {before}"
    actions = [
        member.action
        if member.is_spent
        else replace(member.action, kind=ActionKind.CONFLICT, reason=reason)
        for member in members
    ]
    return actions, [_about(first.spec, FROZEN, ("each",), detail, line)]


def _is_copy(member: Decided) -> bool:
    problem = member.problem
    return problem is not None and problem.check == COPY.code and problem.blocks


def _copied(members: Sequence[Decided]) -> list[Problem]:
    """Return one problem for all members that are bought under other names."""
    if len(members) < 2:
        return [member.problem for member in members if member.problem is not None]
    said = members[0].problem
    assert said is not None
    series = _membership(members[0]).series
    return [replace(said, detail=copied_words(series, said.detail, len(members)))]


def _held(members: Sequence[Decided]) -> tuple[list[Action], list[Problem]]:
    """Return the actions, with new members held behind edits of placed ones, and the edits."""
    edited = [member for member in members if member.is_edited]
    if not edited:
        return [member.action for member in members], []
    place = _outline_axis(edited, members)
    if place is None:
        held = [member for member in members if member.action.kind is ActionKind.CREATE]
        detail = edited_words(_membership(edited[0]).series, _actions(edited), len(held))
        problems = [_about(edited[0].spec, IN_CONFLICT, ("order",), detail)]
    else:
        held, problems = [], []
        for key in dict.fromkeys(member.keys[place] for member in edited):
            own = [member for member in edited if member.keys[place] == key]
            new = [
                member
                for member in members
                if member.keys[place] == key and member.action.kind is ActionKind.CREATE
            ]
            held += new
            spec, axes = own[0].spec, _membership(own[0])
            detail = outline_words(
                spec.keys[place], axes.axes, _actions(own), [each.keys for each in new]
            )
            path: Path = ("order", "geometry")
            problems.append(_about(spec, IN_CONFLICT, path, detail, axes.lines[place]))
    names = {member.action.name for member in held}
    return [_hold(member.action, names) for member in members], problems


def _hold(action: Action, names: set[str]) -> Action:
    if action.name not in names:
        return action
    reason = "held, since placed orders of its series were edited"
    return replace(action, kind=ActionKind.HOLD, reason=reason, behind_conflict=True)


def _outline_axis(edited: Sequence[Decided], members: Sequence[Decided]) -> int | None:
    """Return the axis by whose keys only outlines changed; None if anything else changed.

    It is an axis of features, or one of handwritten keys of which one key's placed orders all
    changed and some of another key's did not.
    """
    if any({change.field for change in it.action.changes} != {"geometry"} for it in edited):
        return None
    placed = [it for it in members if it.is_spent]
    for place, axis in enumerate(_membership(edited[0]).axes):
        if axis["kind"] == "features":
            return place
        keys = {it.keys[place] for it in edited}
        own = [it for it in placed if it.keys[place] in keys]
        if axis["kind"] == "keys" and len(own) == len(edited) < len(placed):
            return place
    return None


def _over(members: Sequence[Decided]) -> list[Problem]:
    """Return one problem for the expired members: a warning if other members can be bought."""
    over = [it for it in members if it.problem is not None and it.problem.check == TOO_LATE.code]
    if not over:
        return []
    first = over[0].problem
    assert first is not None
    living = [it for it in members if it.is_spent or it.action.kind is ActionKind.CREATE]
    if not living:
        more = f" So it is with all {len(over)} orders of the series." if len(over) > 1 else ""
        return [replace(first, detail=first.detail + more)]
    spec, whole = over[0].spec, _membership(over[0])
    detail = over_words(whole, [it.keys for it in over], [it.keys for it in members])
    accepted = {item.check: item.reason for item in spec.acknowledge}.get(OVER.code)
    problem = _about(spec, OVER, ("each",), detail)
    return [replace(problem, acknowledged=accepted or first.acknowledged)]


def _about(spec: Spec, check: Check, path: Path, detail: str, line: int | None = None) -> Problem:
    position = (line or spec.source.line, 1)
    return check.finding(path, detail).problem(spec.source.file, position, order=spec.name)


def _membership(member: Decided) -> Membership:
    assert member.spec.membership is not None
    return member.spec.membership


def _actions(members: Sequence[Decided]) -> list[Action]:
    return [member.action for member in members]
