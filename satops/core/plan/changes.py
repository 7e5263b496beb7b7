"""What was edited in an order that is already placed, in the user's terms: the home of deepdiff."""

from dataclasses import dataclass
from typing import Any

from satops.core import json_text
from satops.core.order.order import MODES, Order


@dataclass(frozen=True, slots=True)
class Change:
    """One field of the order that differs."""

    field: str
    """As a spec writes it: `endDate`."""
    before: str
    after: str


def changes(before: Order, after: Order) -> tuple[Change, ...]:
    """Return the fields that differ between a placed order and its spec, by field name."""
    from deepdiff import DeepDiff

    old, new = _terms(before), _terms(after)
    difference = DeepDiff(old, new, view="tree", ignore_order=False, threshold_to_diff_deeper=0)
    edited = {item.path(output_format="list")[0] for items in difference.values() for item in items}
    return tuple(
        Change(str(field), _text(old.get(field)), _text(new.get(field))) for field in sorted(edited)
    )


def _terms(order: Order) -> dict[str, Any]:
    fields: dict[str, Any] = json_text.loads(order.canonical)
    del fields["version"]
    number = fields.get("resolutionType")
    if number in MODES:
        fields["resolutionType"] = f"{MODES[number].name} ({number})"
    return fields


def _text(value: Any) -> str:
    if value is None:
        return "(absent)"
    if isinstance(value, dict):
        return _polygon_text(value["coordinates"])
    return str(value).lower() if isinstance(value, bool) else str(value)


def _polygon_text(rings: list[list[list[float]]]) -> str:
    corners = ", ".join(f"{x} {y}" for x, y in rings[0][:-1][:8])
    count = len(rings[0]) - 1
    more = f", and {count - 8} more corners" if count > 8 else ""
    holes = f", {len(rings) - 1} holes" if len(rings) > 1 else ""
    return f"polygon of {count} corners ({corners}{more}){holes}"
