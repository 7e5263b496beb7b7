"""Read the fields of an order that only this marketplace has.

A `resolutionType` that is no mode (`1m`, `0.5`, `strip`, `"2"`) gets a message of its own.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from satops.core.check import Check, When
from satops.core.finding import Finding
from satops.core.order.dates import read_date
from satops.core.order.modes import Mode
from satops.core.order.order import Terms, instant_text
from satops.core.order.passes import FIELD, PREFIX, PassChoice
from satops.core.problem import Severity
from satops.core.safe import shown
from satops.core.spec.checks import CHECKS
from satops.offers.eo_imagery.modes import MODE_NUMBERS, MODES, Provider

_RESOLUTION = re.compile(
    r"([0-9]+(?:[.,][0-9]+)?)[\s_-]*(cm|m|mt|mtr|met(?:er|re)s?|米)?(?:\s*(?:gsd|resolution))?",
    re.IGNORECASE,
).fullmatch
_COARSEST_M = 100
"""The coarsest resolution in metres; a larger number means something else."""


def modes_of(provider: object) -> str:
    """Return the modes of a provider with number and resolution; all modes for another provider."""
    return ", ".join(f"{m.name} ({m.number}, {m.resolution_m:g} m)" for m in _modes(provider))


def mode_advice(written: object, provider: object) -> str | None:
    """Return what is wrong with a text or number that is no mode; None for other values."""
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        return None
    said = f"resolutionType names a mode, and {shown(str(written))} is none."
    resolution_m = _resolution_m(written)
    if isinstance(written, str) and written.strip() in map(str, MODES):
        return f"{said} Write {written.strip()} without quotes."
    meant = _of_resolution(resolution_m, provider) if resolution_m else _of_name(written, provider)
    return f"{said} {meant or f'The modes are: {modes_of(provider)}.'}"


def _modes(provider: object) -> list[Mode]:
    return [mode for mode in MODES.values() if mode.provider == provider] or [*MODES.values()]


def _of_name(written: object, provider: object) -> str:
    words = re.sub(r"[\s_-]+", "-", str(written).strip().lower())
    for names in ([mode.name for mode in _modes(provider)], [*MODE_NUMBERS]):
        found = get_close_matches(words, names, n=1, cutoff=0.7)
        if found and found[0] in [mode.name for mode in _modes(provider)]:
            return f"Write resolutionType: {found[0]}."
        if found:
            owner = MODES[MODE_NUMBERS[found[0]]].provider
            return (
                f"{found[0]} is a mode of {owner}. Those of {provider} are: {modes_of(provider)}."
            )
    return ""


def _of_resolution(resolution_m: float, provider: object) -> str:
    modes = _modes(provider)
    names = [mode.name for mode in modes if mode.resolution_m == resolution_m]
    whose = f" of {provider}" if len(modes) < len(MODES) else ""
    if len(names) == 1:
        return f"For {resolution_m:g} m{whose} write resolutionType: {names[0]}."
    if names:
        return f"Several modes{whose} have {resolution_m:g} m: write {' or '.join(names)}."
    return f"No mode{whose} has {resolution_m:g} m. The modes are: {modes_of(provider)}."


def _resolution_m(written: str | float) -> float | None:
    """Return the ground resolution in metres that a value seems to mean."""
    if not isinstance(written, str):
        return written if 0 < written < _COARSEST_M else None
    match = _RESOLUTION(written.strip())
    if match is None:
        return None
    number = float(match[1].replace(",", "."))
    return number / 100 if (match[2] or "").lower() == "cm" else number


VERSION = "order/1"
PASS_VERSION = f"{PREFIX}{VERSION}"
RECURRENCE_FIELDS = frozenset({"recurring", "recurringDay", "recurringUnit"})
_NOT_A_MODE = CHECKS["V04"].variant("not a mode")

OTHER_PROVIDER = Check(
    "S01",
    "the mode belongs to the other provider",
    when=When.READ,
    meaning="changguang has the modes 1 to 3, tianyi 4 to 8.",
    source="the marketplace's create page",
    remedy="Change the provider or the mode.",
    example="{provider: changguang, resolutionType: spotlight}",
)
CLOUD_FRACTION = Check(
    "S04",
    "cloud cover is a fraction",
    when=When.READ,
    meaning="maxCloud is a whole number of percent; 0.2 is mostly meant as 20.",
    source="the marketplace's create page; search filters of other sellers use fractions",
    remedy="Write the percent.",
    example="maxCloud: 0.2",
)
RECURRENCE = Check(
    "R01",
    "the recurrence does not fit together",
    when=When.READ,
    meaning="recurringDay and recurringUnit belong together, and to `recurring: true`. Beside "
    "`recurring: false` they are a warning.",
    source="the marketplace's create page",
    remedy="Write all three, or none.",
    example="{recurring: true, recurringDay: 7}",
)
IDLE_INTERVAL = RECURRENCE.variant(severity=Severity.WARNING)


def read_terms(order: Mapping[str, Any], findings: list[Finding]) -> Terms:
    """Read the terms of an order; the reader of fields reports values of a wrong type.

    They are in canonical form: a mode is its number.
    """
    number = _read_mode(order, findings)
    recurring, day, unit = _read_recurrence(order, findings)
    read = {
        "maxCloud": _read_cloud(order, findings),
        "recurring": recurring,
        "recurringDay": day,
        "recurringUnit": unit,
        "resolutionType": number,
    }
    terms: dict[str, Any] = {key: value for key, value in read.items() if value is not None}
    if (choice := _read_pass(order, findings)) is not None:
        terms[FIELD] = choice.fields()
    return terms


def version_of(terms: Terms) -> str:
    """Return the version of an order with these terms: an order of a pass has its own."""
    return PASS_VERSION if FIELD in terms else VERSION


def _read_pass(order: Mapping[str, Any], findings: list[Finding]) -> PassChoice | None:
    """Read the pass; its start must have an offset."""
    written = order.get(FIELD)
    if not isinstance(written, dict):
        return None
    start = written.get("start")
    read = read_date(start, None, "start") if isinstance(start, str) else None
    if isinstance(read, Finding):
        findings.append(read.at(("order", FIELD, "start")))
    simulation, satellite = written.get("simulation"), written.get("satellite")
    result = _whole(written.get("result"))
    if not isinstance(read, datetime) or result is None:
        return None
    if not isinstance(simulation, str) or not isinstance(satellite, str):
        return None
    return PassChoice(simulation, result, satellite, instant_text(read))


def _read_mode(order: Mapping[str, Any], findings: list[Finding]) -> int | None:
    written = order.get("resolutionType")
    number = MODE_NUMBERS.get(written) if isinstance(written, str) else _whole(written)
    mode = None if number is None else MODES.get(number)
    provider = order.get("provider")
    path = ("order", "resolutionType")
    if mode is not None and mode.provider != provider and provider in list(Provider):
        detail = (
            f"{mode.name} ({mode.number}) is a mode of {mode.provider}, and the provider is "
            f"{provider}. Its modes are: {modes_of(provider)}."
        )
        findings.append(OTHER_PROVIDER.finding(path, detail))
    if mode is None and "resolutionType" in order:
        advice = mode_advice(written, provider)
        findings += () if advice is None else [_NOT_A_MODE.finding(path, advice)]
    return number


def _read_cloud(order: Mapping[str, Any], findings: list[Finding]) -> int | None:
    written = order.get("maxCloud")
    if isinstance(written, float) and 0 < written < 1:
        detail = (
            f"maxCloud is {written}. It is a whole number of percent, not a fraction: for "
            f"{written * 100:.0f} % write {written * 100:.0f}."
        )
        findings.append(CLOUD_FRACTION.finding(("order", "maxCloud"), detail))
    return _whole(written)


def _read_recurrence(
    order: Mapping[str, Any], findings: list[Finding]
) -> tuple[bool | None, int | None, int | None]:
    if RECURRENCE_FIELDS.isdisjoint(order):
        return None, None, None
    recurring = order.get("recurring")
    day, unit = _whole(order.get("recurringDay")), _whole(order.get("recurringUnit"))
    written = [field for field in ("recurringDay", "recurringUnit") if field in order]
    if recurring is True:
        if len(written) < 2:
            missing = {"recurringDay", "recurringUnit"}.difference(written)
            detail = (
                f"`recurring` is true without {' and '.join(sorted(missing))}. Write both: for "
                "every 7 days, recurringDay: 7 and recurringUnit: 1."
            )
            findings.append(RECURRENCE.finding(("order", "recurring"), detail))
        if day is not None and day < 1:
            detail = f"recurringDay is {day}. The interval is 1 at least."
            findings.append(RECURRENCE.finding(("order", "recurringDay"), detail))
    elif recurring is False and written:
        # The documentation shows `recurring: false`, and a body from the marketplace may hold the
        # two fields beside it: harmless, and sent as written.
        detail = f"`recurring` is false, so {' and '.join(written)} should have no effect."
        findings.append(IDLE_INTERVAL.finding(("order", written[0]), detail))
    elif recurring is None and written and "recurring" not in order:
        detail = (
            f"{' and '.join(written)} would need `recurring: true`. Add it to image the area "
            "again and again, or leave the interval out to image it once."
        )
        findings.append(RECURRENCE.finding(("order", written[0]), detail))
    return recurring if isinstance(recurring, bool) else None, day, unit


def _whole(value: object) -> int | None:
    """Return a whole number, also one written as 20.0, as JSON Schema does."""
    if type(value) is int:
        return value
    return int(value) if isinstance(value, float) and value.is_integer() else None
