"""A plan as GitHub Actions workflow commands: annotations on the files of a pull request.

GitHub shows ten annotations of each level per step and silently drops the rest.  So at most ten are
written, and the last one of a level gives their number.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct, field

from satops.core.ledger.state import SPENT
from satops.core.plan.plan import Plan
from satops.core.problem import Problem, Severity, by_position
from satops.core.safe import safe, safe_lines
from satops.core.words import counted
from satops.report.grouped import grouped

PER_LEVEL_MAX = 10
"""Annotations of one level that GitHub shows per step."""
_MESSAGE_MAX = 4_000
"""Characters; GitHub cuts longer messages."""


class _Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class _Note(Struct, frozen=True):
    """One annotation, with texts not escaped yet."""

    title: str
    message: str
    position: dict[str, str] = field(default_factory=dict)


def render(plan: Plan) -> Iterator[str]:
    """Yield workflow commands without line ends: errors, warnings, then notices."""
    problems = sorted(plan.problems, key=by_position)
    errors = [_Note(f"Refused: {r.summary}", r.detail) for r in plan.refusals]
    errors += [_about(problem) for problem in problems if problem.blocks]
    warnings = [
        _Note(f"In doubt: {action.name}", f"{action.reason}\nNever order it again by hand.")
        for action in plan.in_doubt
    ]
    warnings += _notes(problem for problem in problems if _level(problem) is _Level.WARNING)
    notices = _notes(problem for problem in problems if _level(problem) is _Level.NOTICE)
    yield from _commands(_Level.ERROR, errors)
    yield from _commands(_Level.WARNING, warnings)
    yield from _commands(_Level.NOTICE, [_totals(plan), *_members(plan), *notices])


def _level(problem: Problem) -> _Level:
    if problem.blocks:
        return _Level.ERROR
    if problem.acknowledged is None and problem.severity is Severity.WARNING:
        return _Level.WARNING
    return _Level.NOTICE


def _notes(problems: Iterable[Problem]) -> list[_Note]:
    """Return a note for each problem; equal problems of several orders share one."""
    return [_about(group.problem, group.also) for group in grouped(problems)]


def _about(problem: Problem, also: str = "") -> _Note:
    position = {"file": problem.file} if problem.file else {}
    if problem.file and problem.line:
        position |= {"line": str(problem.line), "col": str(problem.column)}
    message = f"{problem.path}: {problem.detail}" if problem.path else problem.detail
    if problem.acknowledged is not None:
        message += f"\nAccepted because: {problem.acknowledged}"
    message += f"\n{also}" if also else ""
    return _Note(f"{problem.check}: {problem.summary}", message, position)


def _totals(plan: Plan) -> _Note:
    text = f"{counted(len(plan.creates), 'order')} to create"
    if plan.in_doubt:
        text += f", {counted(len(plan.in_doubt), 'order')} in doubt"
    return _Note("satops plan", f"{text}. Plan {plan.digest}.")


def _members(plan: Plan) -> Iterator[_Note]:
    """Yield a note on each line whose key adds new members of a series."""
    creates = [action for action in plan.creates if action.series is not None]
    if not creates:
        return
    bought = {
        (action.series, axis_and_key)
        for action in plan.actions
        if action.known is not None and action.known.standing in SPENT
        for axis_and_key in action.keys
    }
    lines: dict[tuple[str, int, str], int] = {}
    for action in creates:
        member = action.spec.membership if action.spec else None
        if member is None or action.spec is None:
            continue
        new = [
            (line, f"{axis} {key}")
            for (axis, key), line in zip(member.keys, member.lines, strict=True)
            if (member.series, (axis, key)) not in bought
        ]
        # All keys of an unbought series are new: then note the series.
        whole = not new or len(new) == len(member.keys)
        line, what = (action.spec.source.line, "all keys") if whole else new[0]
        place = (action.spec.source.file, line, f"{member.series}, {what}")
        lines[place] = lines.get(place, 0) + 1
    for (file, line, what), count in lines.items():
        position = {"file": file, "line": str(line), "col": "1"}
        yield _Note(f"To create: {counted(count, 'order')}", f"{what}.", position)


def _commands(level: _Level, notes: Sequence[_Note]) -> Iterator[str]:
    fits = len(notes) <= PER_LEVEL_MAX
    for note in notes if fits else notes[: PER_LEVEL_MAX - 1]:
        yield _command(level, note)
    if not fits:
        more = len(notes) - (PER_LEVEL_MAX - 1)
        text = (
            f"GitHub shows {PER_LEVEL_MAX} of a level: {more:,} more are in the report of the plan."
        )
        yield _command(level, _Note("satops plan", text))


def _command(level: _Level, note: _Note) -> str:
    properties = {**note.position, "title": note.title}
    pairs = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{level} {pairs}::{_data(safe_lines(note.message))}"


def _data(lines: Iterable[str]) -> str:
    """Escape the text of a command; its lines stay lines in the annotation."""
    text = "\n".join(lines)
    if len(text) > _MESSAGE_MAX:
        text = text[: _MESSAGE_MAX - 1] + "…"
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape the value of a property, which a colon or a comma would end."""
    escaped = _data([safe(text)])
    return escaped.replace(":", "%3A").replace(",", "%2C")
