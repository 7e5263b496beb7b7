"""Relative dates: `now`, `+24h`, `+30d`."""

import re
from datetime import datetime, timedelta

from satops.core.order.order import instant_text

_STEP = re.compile(r"\+(\d{1,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def written_out(text: str, now: datetime, since: datetime | None = None) -> str:
    """Return the instant of a relative date, as a spec writes it; any other text unchanged.

    `now` is the present minute.  `+24h` counts from `since`, or else from the present minute.
    Units are m, h, d and w; a day has 24 hours.
    """
    minute = now.replace(second=0, microsecond=0)
    if text == "now":
        return instant_text(minute)
    step = _STEP.fullmatch(text)
    if step is None:
        return text
    return instant_text((since or minute) + timedelta(**{_UNITS[step[2]]: int(step[1])}))
