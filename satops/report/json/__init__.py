"""Reports for machines, as chunks of JSON: the same values in the same order, the same bytes.

Long lists are written one item a line and a few hundred at a time, so that a plan of 100,000
orders needs no more memory than the plan itself.  `schema/*.schema.json` says what each report
holds.
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
    """Yield why a command could not go on: what `--json` prints in place of its report."""
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
    """Yield one JSON object: short members first, then lists with one item a line."""
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
