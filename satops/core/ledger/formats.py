"""The formats of a ledger's lines: reading the newest, lifting older ones, refusing others.

Within one format fields may be added, and none changes its meaning. satops 0.1 wrote lines of
`satops.ledger/1` without later fields; such a field is None in the event, which means "not known".
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

FORMAT = "satops.ledger/1"
"""The newest format, in which every line is written."""
_OURS = "satops.ledger/"
_TOOL = re.compile(r"satops ([0-9][0-9a-z.+-]{0,30})")

Fields = Mapping[str, Any]
"""The fields of a line."""
Lift = Callable[[Fields], Fields]
"""Returns the fields in the next format, `format` included."""
LIFTS: Mapping[str, Lift] = {}
"""The lift of each older format.  For a new format, add the lift of the previous one here, and a
ledger of the last release to tests/compatibility."""


class NotRead(ValueError):
    """This version of satops cannot read the line."""


def upcast(fields: Fields, lifts: Mapping[str, Lift] = LIFTS) -> Fields:
    """Return a line's fields in the newest format.  Raises `NotRead`.

    A line of the newest format is returned unchanged.
    """
    while (given := fields.get("format")) != FORMAT:
        lift = lifts.get(given) if isinstance(given, str) else None
        if lift is None:
            raise NotRead(
                f"has the format {given!r}; this version of satops reads {FORMAT!r}."
                + (f" {newer(fields.get('tool'))}" if str(given).startswith(_OURS) else "")
            )
        fields = lift(fields)
    return fields


def newer(tool: object) -> str:
    """Return which version can read a line that this one cannot; `tool` is the writing version.

    The first event of each run names its tool.  It is shown only if it is a version.
    """
    named = _TOOL.fullmatch(tool) if isinstance(tool, str) else None
    if named is None:
        return "A newer satops wrote it. Upgrade:\n    pip install --upgrade satops"
    return (
        f"satops {named[1]} wrote it. Upgrade to that version or a later one:\n"
        f"    pip install 'satops>={named[1]}'"
    )
