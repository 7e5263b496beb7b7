"""The formats of a ledger's lines: which are read, how an older one is lifted, what is refused.

Within one format fields are added, and none changes its meaning: satops 0.1 wrote lines of
`satops.ledger/1` without the fields that came later.  Such a field is None in the event, which
says that it is not known.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

FORMAT = "satops.ledger/1"
"""The newest format, in which every line is written."""
_OURS = "satops.ledger/"
_TOOL = re.compile(r"satops ([0-9][0-9a-z.+-]{0,30})")

Fields = Mapping[str, Any]
"""What a line holds."""
Lift = Callable[[Fields], Fields]
"""Makes the fields of the next format from those of an older one, `format` included."""
LIFTS: Mapping[str, Lift] = {}
"""The lift of each older format.  Whoever writes a new format adds the lift of the last one here,
and a ledger of the last release to tests/compatibility."""


class NotRead(ValueError):
    """This version of satops does not read the line."""


def upcast(fields: Fields, lifts: Mapping[str, Lift] = LIFTS) -> Fields:
    """Return a line's fields as the newest format has them; raises `NotRead`.

    A line of the newest format comes back as it is.
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
    """Return which version reads what this one does not; `tool` is the one that wrote it.

    A run says its tool in its first event, which is therefore the first that an older satops
    meets.  What stands there is shown only where it is a version.
    """
    named = _TOOL.fullmatch(tool) if isinstance(tool, str) else None
    if named is None:
        return "A newer satops wrote it. Upgrade:\n    pip install --upgrade satops"
    return (
        f"satops {named[1]} wrote it. Upgrade to that version or a later one:\n"
        f"    pip install 'satops>={named[1]}'"
    )
