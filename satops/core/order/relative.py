"""Moments that are written from another one: `now`, `+24h`, `+30d`."""

import re
from datetime import datetime, timedelta

from satops.core.order.order import instant_text

_STEP = re.compile(r"\+(\d{1,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def written_out(text: str, now: datetime, since: datetime | None = None) -> str:
    """Return the instant that a text means, as a spec writes it; any other text as it is.

    `now` is this minute; `+24h` counts from `since`, else from this minute.  Units are m, h, d
    and w: a day has 24 hours.
    """
    minute = now.replace(second=0, microsecond=0)
    if text == "now":
        return instant_text(minute)
    step = _STEP.fullmatch(text)
    if step is None:
        return text
    return instant_text((since or minute) + timedelta(**{_UNITS[step[2]]: int(step[1])}))
