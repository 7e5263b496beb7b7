"""Messages for a `resolutionType` that is no mode: `1m`, `0.5`, `strip`, `"2"`."""

import re
from difflib import get_close_matches

from satops.core.order.mode import Mode
from satops.core.safe import shown
from satops.offers.eo_imagery.modes import MODE_NUMBERS, MODES

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
