"""Write a series from the options of `new --series`."""

import posixpath
from collections.abc import Mapping

from msgspec import Struct

from satops.workflow.scaffold import lines_of, schema_line

FEATURE_AXIS, MODE_AXIS = "place", "mode"
_WINDOW_AXES = {"months": "month", "weeks": "week", "days": "day", "repeat": "from"}


class WantedSeries(Struct, frozen=True):
    """The options of `new --series`.  Their texts are checked as part of the document."""

    name: str
    file: str
    """Path of the AOI file, from the root."""
    key: str
    """The property of its features that holds their keys."""
    windows: tuple[str, str]
    """`months`, `weeks`, `days` or `repeat`, and the range."""
    modes: Mapping[str, Mapping[str, object]]
    """Modes by name, each with the fields that it sets."""
    description: str | None = None
    labels: Mapping[str, str] | None = None


def series_text(wanted: WantedSeries, *, path: str, expect: int) -> str:
    """Return the YAML of a series at `path`, from the root.

    One mode becomes a common field; several become an axis.
    """
    folder = posixpath.dirname(path)
    place = {"file": posixpath.relpath(wanted.file, folder), "key": wanted.key}
    form, written = wanted.windows
    axes: list[tuple[str, object]] = [(FEATURE_AXIS, place), (_WINDOW_AXES[form], {form: written})]
    common: Mapping[str, object] = {}
    if len(wanted.modes) > 1:
        axes.append((MODE_AXIS, wanted.modes))
    else:
        common = next(iter(wanted.modes.values()))
    head: list[tuple[str, object]] = [
        ("name", wanted.name),
        ("description", wanted.description),
        ("labels", wanted.labels or None),
        ("expect", expect),
    ]
    order = [f"  {line}" for line in lines_of(list(common.items()))]
    lines = [
        schema_line(folder),
        *lines_of(head),
        "each:",
        *(f"  {line}" for line in lines_of(axes)),
        *(["order:", *order] if order else ["order: {}"]),
    ]
    return "\n".join(lines) + "\n"
