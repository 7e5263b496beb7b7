"""Sensor modes, and their thresholds with sources, which a team can override.

Prices, thresholds and overlaps depend on the mode.

`schema/modes.json` holds satops's own values.  The file named by `modes:` in satops.yaml has the
same form, may omit anything, and overrides them.  Within one file a mode's value overrides its
provider's `every`, and that the top-level `every`.  The offer defines providers and modes.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from msgspec import Struct

from satops.core import json_text
from satops.errors import UsageError


class Mode(Struct, frozen=True):
    """One mode of a provider."""

    provider: str
    name: str
    """Name in specs, prices and thresholds: `very-high`."""
    title: str
    """Name in sentences: `very-high (2)`."""
    resolution_m: float
    """Ground resolution in metres."""
    number: int
    """The marketplace's number, from 1; a price table may use it too."""


FORMAT = "satops.modes/1"
_EVERY = "every"


class Threshold(Struct, frozen=True):
    """One number and its source."""

    value: float
    source: str
    confirmed: bool
    """Whether the marketplace or the team has confirmed it."""


class ModeRules(Struct, frozen=True):
    """The thresholds of one mode; None turns a check off. docs/checks.md explains each."""

    swath_km: Threshold | None = None
    """Width of one pass."""
    max_length_km: Threshold | None = None
    """Length of one pass."""
    passes_per_day: Threshold | None = None
    """Chances to image a location; generous, so that only clear cases are reported."""
    min_billable_km2: Threshold | None = None
    min_area_km2: Threshold | None = None
    max_area_km2: Threshold | None = None
    max_vertices: Threshold | None = None
    min_width_m: Threshold | None = None
    max_latitude_deg: Threshold | None = None
    lead_time_h: Threshold | None = None
    review_h: Threshold | None = None
    """Hours before "merge before" in which the plan warns."""
    min_window_h: Threshold | None = None
    max_window_days: Threshold | None = None
    max_recurring_window_days: Threshold | None = None
    """For an order of several images."""
    max_ahead_days: Threshold | None = None
    min_sun_deg: Threshold | None = None
    low_cloud_percent: Threshold | None = None
    low_cloud_window_days: Threshold | None = None
    max_occurrences: Threshold | None = None
    min_overlap_percent: Threshold | None = None
    """Percent of the smaller of two areas; a smaller overlap counts as a border drawn twice."""


KEYS = {
    name.split("_")[0] + "".join(word.title() for word in name.split("_")[1:]): name
    for name in ModeRules.__struct_fields__
}
"""Field by key in a modes file (`minBillableKm2`)."""

_LENGTHS = frozenset({"swath_km", "max_length_km"})
"""Areas are divided by these."""

Scope = tuple[str, str]
"""Provider and mode by name; an empty string stands for all."""
Layer = Mapping[Scope, Mapping[str, Threshold | None]]


class Modes(Struct, frozen=True):
    """The thresholds of all modes; the first layer with a value wins."""

    layers: tuple[Layer, ...] = ()

    def rules(self, provider: str, mode: str) -> ModeRules:
        """Return the thresholds of a mode; without a mode, those of the provider."""
        # A later scope overrides an earlier one.
        scopes = [("", ""), (provider, ""), (provider, mode)]
        found: dict[str, Threshold | None] = {}
        for layer in reversed(self.layers):
            for scope in scopes:
                found.update(layer.get(scope, {}))
        return ModeRules(**found)

    def overridden_by(self, value: Any, file: str, known: Sequence[Mode]) -> "Modes":
        """Return these modes overridden by a team's file, parsed as `value`.

        `known` are the modes that it may name.  Raises `UsageError` with `file` and the path in it.
        """
        return Modes((dict(_scopes(value, file, known)), *self.layers))


def read_modes(text: bytes, known: Sequence[Mode], file: str = "modes.json") -> Modes:
    """Read satops's own modes: a file of `schema/`."""
    return Modes().overridden_by(json_text.loads(text), file, known)


def _scopes(
    value: Any, file: str, known: Sequence[Mode]
) -> Iterator[tuple[Scope, Mapping[str, Threshold | None]]]:
    providers = list(dict.fromkeys(mode.provider for mode in known))
    named = _mapping(value, file, "the top level")
    for name, part in named.items():
        if name == "$comment":
            continue
        if name == "format":
            if part != FORMAT:
                raise UsageError(f"{file}: format is {part!r}; this satops reads {FORMAT!r}.")
        elif name == _EVERY:
            yield ("", ""), _thresholds(part, file, _EVERY)
        elif name in providers:
            own = [mode.name for mode in known if mode.provider == name]
            yield from _provider_scopes(name, own, part, file)
        else:
            names = ", ".join([_EVERY, *providers])
            raise UsageError(f"{file}: {name!r} is not a provider. Known are: {names}.")


def _provider_scopes(
    provider: str, own: Sequence[str], value: Any, file: str
) -> Iterator[tuple[Scope, Mapping[str, Threshold | None]]]:
    for name, part in _mapping(value, file, provider).items():
        if name != _EVERY and name not in own:
            known = ", ".join([_EVERY, *own])
            raise UsageError(f"{file}: {name!r} is not a mode of {provider}. Known are: {known}.")
        scope = (provider, "" if name == _EVERY else name)
        yield scope, _thresholds(part, file, f"{provider}.{name}")


def _thresholds(value: Any, file: str, path: str) -> Mapping[str, Threshold | None]:
    found: dict[str, Threshold | None] = {}
    for key, part in _mapping(value, file, path).items():
        if key not in KEYS:
            known = ", ".join(KEYS)
            raise UsageError(f"{file}: {path}.{key} is not known. Known are: {known}.")
        threshold = found[KEYS[key]] = _threshold(part, file, f"{path}.{key}")
        if threshold is not None and threshold.value == 0 and KEYS[key] in _LENGTHS:
            raise UsageError(f"{file}: {path}.{key} must be above 0; null turns the check off.")
    return found


def _threshold(value: Any, file: str, path: str) -> Threshold | None:
    if value is None:
        return None
    source, confirmed = file, True
    if isinstance(value, dict):
        unknown = set(value) - {"value", "source", "confirmed"}
        if unknown or "value" not in value:
            raise UsageError(
                f"{file}: {path} must be a number, null, or have `value`, `source` and `confirmed`."
            )
        source = str(value.get("source", file))
        confirmed = value.get("confirmed", True) is True
        value = value["value"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise UsageError(f"{file}: {path} must be a number, not {value!r}.")
    if value < 0:
        raise UsageError(f"{file}: {path} is {value}; it must not be below 0.")
    return Threshold(value, source, confirmed)


def _mapping(value: Any, file: str, path: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UsageError(f"{file}: {path} must be a mapping of names, not {value!r}.")
    return value
