"""Read the evidence file of `satops feasibility --out`, which anybody may have written."""

from pathlib import Path
from typing import Any

from msgspec import convert
from msgspec.structs import replace

from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.core import json_text
from satops.core.order.order import instant
from satops.core.plan.feasibility import FORMAT, Feasibility, by_start
from satops.errors import UsageError

MAX_BYTES = 64 * 1024 * 1024


def read_feasibility(path: Path) -> Feasibility:
    """Read evidence.  Raises `UsageError` unless the file is complete and valid."""
    read = read_plain(str(path), MAX_BYTES)
    if isinstance(read, Unreadable):
        raise UsageError(f"{path}: the evidence cannot be read. {read.words}")
    try:
        return _evidence(json_text.loads_strict(read.decode("utf-8")))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"{path} is no evidence of satops ({type(error).__name__}: {str(error)[:80]}). "
            f"Ask again:\n    satops feasibility --out {path}"
        ) from None


def _evidence(content: Any) -> Feasibility:
    if content["format"] != FORMAT:
        raise ValueError(f"its format is not {FORMAT}")
    evidence = convert(content, Feasibility)
    names = [each.name for each in evidence.orders]
    if len(set(names)) < len(names):
        raise ValueError("an order stands in it twice")
    instant(evidence.made_at)
    for start in (each.start for order in evidence.orders for each in order.passes):
        if start is not None:
            instant(start)
    return replace(
        evidence,
        orders=tuple(replace(each, passes=by_start(each.passes)) for each in evidence.orders),
    )
