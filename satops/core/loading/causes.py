"""Find the real cause of a problem: a look-alike character, or a placeholder.

The text is read again with plain characters in place of look-alikes.  Only if a problem is gone
then, they were its cause.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from satops.core.loading.look_alikes import (
    BLANKS,
    Blanks,
    LookAlike,
    advice,
    look_alikes,
    stands,
    with_plain,
)
from satops.core.loading.placeholders import Placeholder, template_in, value_at
from satops.core.problem import Problem, Severity, by_position
from satops.core.safe import shown

Read = Callable[[bytes], list[Problem]]
"""Returns the problems of a text."""

_MAX_BYTES = 64 * 1024
"""Bytes of the longest text whose causes are sought, since each reading takes time."""
_MAX_ERRORS = 10
_MAX_READINGS = 80
_MAX_BYTES_READ = 512 * 1024
"""Bytes of all readings of one text, so that a hostile text takes no longer than a large one."""
_LISTED = 3
"""Characters that a message lists besides the first."""
_MAX_LINES = 8
"""Lines before a problem that are searched for its cause."""
_SYNTAX = ("L01", "L02")
"""Checks after which the rest of a file is not read."""
_ENTRY = re.compile(r"""['"]?[A-Za-z][A-Za-z0-9_-]*['"]?\s*:(?:\s|$)|-\s""")
"""The rest of a YAML line after its indent: a key, or an item of a list."""
_UTF8_MARK = b"\xef\xbb\xbf"


def with_causes(
    content: bytes, problems: list[Problem], read: Read, *, shows_values: bool = True
) -> list[Problem]:
    """Return the problems of a text, with causes in place of their effects.

    `read` returns the problems of another text.  Without `shows_values` no message quotes a value.
    """
    text = _text(content)
    if text is None or not any(_is_error(problem) for problem in problems):
        return problems
    problems = _without_placeholders(text, problems, shows_values=shows_values)
    if content.isascii() or len(content) > _MAX_BYTES:
        return problems
    return _Search(text, problems, read).told()


def _text(content: bytes) -> str | None:
    try:
        return content.removeprefix(_UTF8_MARK).decode()
    except UnicodeDecodeError:
        return None


def _is_error(problem: Problem) -> bool:
    return problem.severity is Severity.ERROR


def _without_placeholders(
    text: str, problems: list[Problem], *, shows_values: bool
) -> list[Problem]:
    """Return the problems, with one problem for each placeholder."""
    lines = text.split("\n")
    told: dict[tuple[int, int], Problem] = {}
    others = []
    for problem in problems:
        found = _placeholder(lines, problem, shows_values=shows_values)
        if found is None:
            others.append(problem)
            continue
        line, placeholder = found
        detail = (
            f"{shown(placeholder.text)} is the placeholder of a template, and nothing has filled "
            "it in. Write the value, or have the template filled in before satops reads the file."
        )
        column = placeholder.column
        told.setdefault((line, column), replace(problem, line=line, column=column, detail=detail))
    return sorted([*others, *told.values()], key=by_position) if told else problems


def _placeholder(
    lines: list[str], problem: Problem, *, shows_values: bool
) -> tuple[int, Placeholder] | None:
    """Return the placeholder that causes a problem, and its line."""
    line, column = problem.line or 0, problem.column or 0
    if not (_is_error(problem) and 0 < line <= len(lines)):
        return None
    if not problem.check.startswith("L"):
        found = value_at(lines[line - 1], column) if shows_values else None
        return None if found is None else (line, found)
    found = template_in(lines[line - 1], 1 if problem.check in _SYNTAX else column)
    if found is None and shows_values:
        found = value_at(lines[line - 1], column)
        found = found if found is not None and found.column == column else None
    while found is None and problem.check in _SYNTAX and line > 1:
        line -= 1
        found = template_in(lines[line - 1])
        if lines[line - 1].strip():
            break
    return None if found is None else (line, found)


class _Cause(NamedTuple):
    """The characters that cause an error."""

    chosen: list[LookAlike]
    blanks: Blanks | None
    """Replacement of unusual blanks; None if replacing them is not enough."""
    after: list[Problem]
    """Problems of the text with plain characters."""


class _Search:
    """Searches for the characters that cause the problems of one text."""

    def __init__(self, text: str, problems: list[Problem], read: Read) -> None:
        self._text = text
        self._problems = problems
        self._read = read
        self._found = look_alikes(text)
        self._causes: set[str] = set()
        """Characters that caused an error: further ones are tried first."""
        self._readings = min(_MAX_READINGS, _MAX_BYTES_READ // len(text.encode()))

    def told(self) -> list[Problem]:
        """Return the problems, with causes in place of their effects."""
        waiting = [problem for problem in self._problems if _is_error(problem)]
        rest = [problem for problem in self._problems if not _is_error(problem)]
        told: list[LookAlike] = []
        for _ in range(_MAX_ERRORS):
            if not waiting or not self._found:
                break
            error = waiting.pop(0)
            cause = self._cause(error)
            if cause is None:
                rest.append(error)
                continue
            self._causes.update(each.char for each in cause.chosen)
            if cause.chosen[0] not in told:
                told.append(cause.chosen[0])
                rest.append(self._worded(error, cause))
            waiting = [problem for problem in waiting if not _is_gone(problem, cause.after)]
        return sorted([*rest, *waiting], key=by_position)

    def _cause(self, error: Problem) -> _Cause | None:
        for chosen in self._choices(error):
            cause = self._without(chosen, error)
            if cause is not None:
                return self._fewest(error, cause)
        return self._odd_indents(error) if error.check in _SYNTAX else None

    def _odd_indents(self, error: Problem) -> _Cause | None:
        """Return unusual blanks before keys: if the lines also differ in indentation, plain blanks
        are not enough.
        """
        lines = self._text.split("\n")[: error.line]
        begin = max(
            (number for number, line in enumerate(lines, 1) if line[:3] == "---"), default=0
        )
        odd = [
            each
            for each in self._found
            if each.indents
            and begin < each.line <= len(lines)
            and _ENTRY.match(lines[each.line - 1][each.column :].lstrip())
        ]
        return _Cause(odd, None, []) if odd else None

    def _choices(self, error: Problem) -> Iterator[list[LookAlike]]:
        """Yield possible causes: in the line, the block, the lines before, the file."""
        if error.line is None:
            return
        first, last = error.line, self._end_of_block(error.line)
        ranges = [(first, last)]
        ranges += [(first - back, last) for back in range(1, _MAX_LINES + 1)]
        ranges += [(1, self._text.count("\n") + 1)]
        choices = [
            [each for each in self._found if each.line == first],
            [each for each in self._found if each.char in self._causes],
            *([each for each in self._found if begin <= each.line <= end] for begin, end in ranges),
        ]
        tried: list[list[LookAlike]] = []
        for chosen in choices:
            if chosen and chosen not in tried:
                tried.append(chosen)
                yield chosen

    def _end_of_block(self, line: int) -> int:
        """Return the last line that is indented deeper than a line."""
        lines = self._text.split("\n")
        indent = _indent(lines[line - 1]) if line <= len(lines) else 0
        end = line
        for number, below in enumerate(lines[line:], line + 1):
            if below.strip() and _indent(below) <= indent:
                break
            end = number
        return end

    def _without(self, chosen: list[LookAlike], error: Problem) -> _Cause | None:
        """Read the text with plain characters; None if the error remains."""
        tried = set()
        for blanks in BLANKS:
            plain = with_plain(self._text, chosen, blanks)
            if plain in tried or self._readings == 0:
                continue
            tried.add(plain)
            self._readings -= 1
            after = self._read(plain.encode())
            if _is_gone(error, after):
                return _Cause(chosen, blanks, after)
        return None

    def _fewest(self, error: Problem, cause: _Cause) -> _Cause | None:
        """Drop unneeded characters from both ends; None if that takes too many readings."""
        for part in (slice(1, None), slice(None, -1)):
            while len(cause.chosen) > 1:
                fewer = self._without(cause.chosen[part], error)
                if fewer is None:
                    break
                cause = fewer
        return cause if self._readings or len(cause.chosen) == 1 else None

    def _worded(self, error: Problem, cause: _Cause) -> Problem:
        first, *others = cause.chosen
        said = [
            stands(first),
            advice(self._text, first, cause.blanks),
        ]
        if 0 < len(others) <= _LISTED and {each.char for each in others} != {first.char}:
            listed = [f"{o.title} at line {o.line}, column {o.column}" for o in others]
            said.append(f"The same holds for {', and for '.join(listed)}.")
        elif others:
            last = others[-1]
            end = f"up to line {last.line}, column {last.column}"
            said.append(f"The same holds for {len(others)} more, {end}.")
        times = self._text.count(first.char)
        if times > sum(each.char == first.char for each in cause.chosen):
            said.append(f"The file has this character {times} times.")
        then = self._left(error, cause.after)
        said += () if then is None else [f"Then: {then.detail}"]
        return replace(error, line=first.line, column=first.column, detail=" ".join(said))

    def _left(self, error: Problem, after: list[Problem]) -> Problem | None:
        """Return the error at the same path after the replacement."""
        known = {_key(problem) for problem in self._problems}
        for problem in after:
            if _is_error(problem) and problem.path == error.path and _key(problem) not in known:
                return problem
        return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _key(problem: Problem) -> tuple[str, int, str]:
    return problem.check, problem.line or 0, problem.path


def _is_gone(error: Problem, after: list[Problem]) -> bool:
    """Tell whether an error is gone from another text's problems, without a worse one."""
    syntax = [problem.line or 0 for problem in after if problem.check in _SYNTAX]
    if error.check in _SYNTAX:
        return all(line > (error.line or 0) for line in syntax)
    return not syntax and not any(
        problem.check == error.check and (problem.line == error.line or problem.path == error.path)
        for problem in after
    )
