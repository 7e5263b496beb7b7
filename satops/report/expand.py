"""The specs of an expanded file, as YAML and as JSON."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from satops.core import json_text
from satops.core.safe import encodable
from satops.core.words import counted
from satops.report.grouped import problem_totals
from satops.report.json import Chunks, document, problem_items
from satops.report.layout import BLANK, Block, Line, Tone
from satops.report.text.problems import problem_blocks

if TYPE_CHECKING:
    from satops.workflow.expand import Expanded

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*(?: [A-Za-z0-9._/-]+)*")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off"})


def expand_json(found: "Expanded") -> Chunks:
    """Yield the specs of a file, and its problems."""
    return document(
        {"file": encodable(found.file), "orders": len(found.specs)},
        specs=found.specs,
        problems=problem_items(found.problems),
    )


def expand_blocks(found: "Expanded") -> Iterator[Block]:
    """Yield the specs of a file as YAML documents, or its errors if it has any."""
    if any(problem.blocks for problem in found.problems):
        yield from problem_blocks(found.problems)
        yield BLANK
        yield Line(f"{counted(len(found.specs), 'sound order')}: "
                   f"{problem_totals(found.problems)}.", Tone.ERROR)  # fmt: skip
        return
    for index, spec in enumerate(found.specs):
        if index:
            yield Line("---", Tone.QUIET)
        for line in spec_lines(spec):
            yield Line(line, Tone.COMMAND)


def spec_lines(spec: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of one spec: one field per line, with nested groups as JSON."""
    for key, value in spec.items():
        if key == "order":
            yield "order:"
            for name, item in value.items():
                yield f"  {name}: {_scalar(item)}"
        else:
            yield f"{key}: {_scalar(value)}"


def _scalar(value: object) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    return json_text.dumps(value).decode()
