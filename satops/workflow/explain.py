"""Explain a check, with the thresholds of this repository."""

from collections.abc import Iterator

from msgspec import Struct

from satops.core.check import Check
from satops.core.checks.catalogue import catalogue_of
from satops.core.offer import Offer
from satops.core.order.modes import KEYS, Modes, Threshold
from satops.errors import UsageError


class Number(Struct, frozen=True):
    """One threshold of a check, for the modes that share it."""

    key: str
    """Key in a modes file: `swathKm`."""
    modes: tuple[str, ...]
    """Modes by provider and name; empty if the threshold holds for every mode."""
    threshold: Threshold


class Explanation(Struct, frozen=True):
    """A check of the catalogue, with its thresholds."""

    check: Check
    numbers: tuple[Number, ...]


def explain(code: str, modes: Modes, offer: Offer) -> Explanation:
    """Return the explanation of a check.  Raises `UsageError` for an absent code."""
    check = catalogue_of(offer).checks.get(code.upper())
    if check is None:
        raise UsageError(f"There is no check {code!r}. To list them all:\n    satops explain")
    return Explanation(check, tuple(numbers(check, modes, offer)))


def numbers(check: Check, modes: Modes, offer: Offer) -> Iterator[Number]:
    """Yield the thresholds of a check, grouped by equal value and source."""
    keys = {name: key for key, name in KEYS.items()}
    for name in check.thresholds:
        sharing: dict[Threshold, list[str]] = {}
        for mode in offer.modes:
            threshold = getattr(modes.rules(mode.provider, mode.name), name)
            if threshold is not None:
                sharing.setdefault(threshold, []).append(f"{mode.provider} {mode.name}")
        for threshold, named in sharing.items():
            is_every = len(named) == len(offer.modes)
            yield Number(keys[name], () if is_every else tuple(named), threshold)


def number_text(number: Number) -> str:
    """Return a threshold as text, with its key, modes and source."""
    whose = f" ({', '.join(number.modes)})" if number.modes else ""
    trust = "confirmed" if number.threshold.confirmed else "not confirmed by the marketplace"
    return (
        f"{number.key} {number.threshold.value:g}{whose}; {trust}; "
        f"source: {number.threshold.source}"
    )


def severity_text(check: Check) -> str:
    """Return the severity as text, and how it can be changed."""
    if check.acknowledgeable:
        return (
            f"{check.severity} by default; `checks` in satops.yaml can change it, and a spec can "
            "`acknowledge` it"
        )
    return f"{check.severity}; it cannot be acknowledged or lowered"
