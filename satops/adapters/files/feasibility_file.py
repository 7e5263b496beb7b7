"""Read the evidence file of `satops feasibility --out`, which anybody may have written."""

import re
from pathlib import Path
from typing import Any

from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.core import json_text
from satops.core.order.order import instant
from satops.core.plan.feasibility import (
    FORMAT,
    Answer,
    Feasibility,
    ShownPass,
    Simulated,
    by_start,
)
from satops.errors import UsageError

MAX_BYTES = 64 * 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CLOCK = re.compile(r"[0-2][0-9]:[0-5][0-9]")
_TEXTS = ("satellite", "written_start", "orbit", "look", "coverage", "coverage_so_far")


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
    orders = tuple(_simulated(item) for item in _list(content["orders"]))
    names = [each.name for each in orders]
    if len(set(names)) < len(names):
        raise ValueError("an order stands in it twice")
    made_at = _text(content["made_at"])
    instant(made_at)
    return Feasibility(made_at, _text(content["marketplace"]), orders)


def _simulated(item: Any) -> Simulated:
    number, digest = item["simulation"], _text(item["order_digest"])
    if not _DIGEST.fullmatch(digest):
        raise ValueError("order_digest is no SHA-256")
    return Simulated(
        name=_text(item["name"]),
        order_digest=digest,
        answer=Answer(item["answer"]),
        simulation=None if number is None else _text(number),
        message=_text(item["message"]),
        passes=by_start(tuple(_pass(row) for row in _list(item["passes"]))),
        unreadable=_whole(item["unreadable"]),
    )


def _pass(row: Any) -> ShownPass:
    if set(row) != set(ShownPass.__struct_fields__):
        raise ValueError("a pass has other fields")
    if row["start"] is not None:
        instant(row["start"])
    if row["solar_time"] is not None and not _CLOCK.fullmatch(row["solar_time"]):
        raise ValueError("solar_time is no time")
    if not _DIGEST.fullmatch(row["row_sha256"]):
        raise ValueError("row_sha256 is no SHA-256")
    texts = {name: _text(row[name]) for name in _TEXTS}
    swath = row["swath"]
    return ShownPass(
        result=_whole(row["result"]),
        start=row["start"],
        solar_time=row["solar_time"],
        angle_deg=_number(row["angle_deg"]),
        area_km2=_number(row["area_km2"]),
        swath=None if swath is None else tuple(_position(item) for item in _list(swath)),
        row_sha256=row["row_sha256"],
        **texts,
    )


def _position(item: Any) -> tuple[float, float]:
    x, y = (float(each) for each in _list(item))
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        raise ValueError("a swath leaves the Earth")
    return x, y


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("no list where one must be")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text where one must be")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("no whole number where one must be")
    return value


def _number(value: Any) -> float | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise TypeError("no number where one must be")
