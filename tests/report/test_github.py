import re

import pytest
from hypothesis import given
from msgspec.structs import replace

from satops.core.plan.plan import Action, ActionKind
from satops.core.problem import Problem
from satops.core.safe import safe, safe_lines
from satops.report.github import PER_LEVEL_MAX, render
from tests.report.forge import HOSTILE
from tests.report.samples import action, plan, problem
from tests.report.test_markdown_inert import hostile_texts

_ESCAPES = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


def read(line: str) -> tuple[str, dict[str, str], str]:
    """Read a workflow command as a runner does: its name, its properties, its message."""
    assert line.startswith("::")
    end = line.index("::", 2)
    name, _, pairs = line[2:end].partition(" ")
    properties = dict(pair.split("=", 1) for pair in pairs.split(","))
    return (
        name,
        {key: unescaped(text) for key, text in properties.items()},
        unescaped(line[end + 2 :]),
    )


def unescaped(text: str) -> str:
    return re.sub("%25|%0D|%0A|%3A|%2C", lambda found: _ESCAPES[found[0]], text)


def test_a_problem_of_a_whole_file_has_no_line() -> None:
    _, properties, _ = read(next(render(plan(problems=(problem(line=None),)))))
    assert set(properties) == {"file", "title"}


def test_no_more_are_written_than_github_shows_and_the_last_one_counts_the_others() -> None:
    made = plan(problems=tuple(problem(line=line) for line in range(1, 101)))
    errors = [line for line in render(made) if line.startswith("::error ")]
    assert len(errors) == PER_LEVEL_MAX
    assert errors[-1].endswith(
        "::GitHub shows 10 of a level: 91 more are in the report of the plan."
    )
    just = plan(problems=tuple(problem(line=line) for line in range(1, 11)))
    assert sum(line.startswith("::error ") for line in render(just)) == PER_LEVEL_MAX


def hostile(text: str) -> Problem:
    return replace(problem(), file=text, path=text, summary=text, detail=text, acknowledged=text)


@pytest.mark.parametrize("text", [*HOSTILE, "a%0A::error::b", "x,file=/etc/passwd", "x::y"])
def test_no_known_trick_leaves_its_message(text: str) -> None:
    check(f"x{text}")
    check(text)


@given(hostile_texts)
def test_whatever_the_texts_each_command_is_one_line_that_says_them(text: str) -> None:
    check(text)


def check(text: str) -> None:
    held = Action("doubtful", ActionKind.HOLD, text, None, action(ActionKind.HOLD).known)
    lines = list(render(plan(held, problems=(hostile(text),))))
    assert [read(line)[0] for line in lines] == ["warning", "notice", "notice"]
    for line in lines:
        assert line.isprintable()
        assert "##[" not in line
        _, properties, message = read(line)
        assert set(properties) <= {"file", "line", "col", "title"}
        assert not any(part.lstrip().startswith("::") for part in message.split("\n"))
    _, properties, message = read(lines[-1])
    assert properties["title"] == safe(f"G05: {text}")
    detail = f"{text}: {text}" if text else text
    assert message.split("\n") == safe_lines(f"{detail}\nAccepted because: {text}")
