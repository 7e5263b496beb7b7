"""Reports as chunks of JSON; equal values give equal bytes.

Long lists have one item per line and are written in chunks, so that a plan of 100,000 orders needs
little memory beyond the plan.  `schema/*.schema.json` describes each report.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from satops.core import json_text
from satops.core.problem import Problem, by_position
from satops.core.safe import encodable
from satops.errors import SatopsError

Chunks = Iterator[bytes]


ERROR_FORMAT = "satops.error/1"


_ITEMS_PER_CHUNK = 256


def error_json(error: SatopsError) -> Chunks:
    """Yield the error of a command, which `--json` prints in place of its report."""
    problems = getattr(error, "problems", ())
    return document(
        {
            "format": ERROR_FORMAT,
            "error": type(error).__name__,
            "exit_code": int(error.exit_code),
            "message": encodable(str(error)),
        },
        problems=problem_items(p for p in problems if isinstance(p, Problem)),
    )


def problem_items(problems: Iterable[Problem]) -> Iterator[dict[str, Any]]:
    """Yield problems sorted by their position."""
    for problem in sorted(problems, key=by_position):
        yield {
            "check": problem.check,
            "severity": problem.severity.value,
            "order": problem.order,
            "file": encodable(problem.file),
            "line": problem.line,
            "column": problem.column,
            "path": encodable(problem.path),
            "summary": encodable(problem.summary),
            "detail": encodable(problem.detail),
            "acknowledged": problem.acknowledged,
        }


def document(head: dict[str, Any], **lists: Iterable[Any]) -> Chunks:
    """Yield one JSON object: short members, then lists with one item per line."""
    opening = json_text.dumps(head).removesuffix(b"}")
    separator = b"," if head else b""
    for name, items in lists.items():
        yield opening + separator + json_text.dumps(name) + b":["
        opening, separator = b"", b","
        yield from _items(iter(items))
        yield b"]"
    yield opening + b"}\n"


def _items(items: Iterator[Any]) -> Chunks:
    between = b"\n"
    while chunk := list(islice(items, _ITEMS_PER_CHUNK)):
        yield between + b",\n".join(map(json_text.dumps, chunk))
        between = b",\n"
