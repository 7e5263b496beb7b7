"""What a check means, and the numbers it compares with in this repository."""

from collections.abc import Iterator
from dataclasses import dataclass

from satops.core.catalogue import CATALOGUE, Entry
from satops.core.order.modes import KEYS, Modes, Threshold
from satops.core.order.order import MODES
from satops.errors import UsageError


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a check, for the modes that share it."""

    key: str
    """As a modes file writes it: `swathKm`."""
    modes: tuple[str, ...]
    """The modes by provider and name; empty where every mode has this number."""
    threshold: Threshold


@dataclass(frozen=True, slots=True)
class Explanation:
    """An entry of the catalogue, with its numbers."""

    entry: Entry
    numbers: tuple[Number, ...]


def explain(code: str, modes: Modes) -> Explanation:
    """Return what a check means; raises `UsageError` for a code that is none."""
    entry = CATALOGUE.get(code.upper())
    if entry is None:
        raise UsageError(f"There is no check {code!r}. To list them all:\n    satops explain")
    return Explanation(entry, tuple(numbers(entry, modes)))


def explain_text(code: str, modes: Modes) -> str:
    """Return the same as text for a terminal, without colours."""
    found = explain(code, modes)
    entry = found.entry
    lines = [
        f"{entry.code}: {entry.title}",
        "",
        entry.meaning,
        "",
        f"What to do: {entry.remedy}",
        f"Example:    {entry.example}",
        f"Severity:   {severity_text(entry)}",
        f"Source:     {entry.source}",
    ]
    lines += [f"Number:     {number_text(number)}" for number in found.numbers]
    return "\n".join(lines) + "\n"


def numbers(entry: Entry, modes: Modes) -> Iterator[Number]:
    """Yield the numbers of an entry; modes that share value and source are taken together."""
    keys = {name: key for key, name in KEYS.items()}
    for name in entry.thresholds:
        sharing: dict[Threshold, list[str]] = {}
        for mode in MODES.values():
            threshold = getattr(modes.rules(mode.provider, mode.number), name)
            if threshold is not None:
                sharing.setdefault(threshold, []).append(f"{mode.provider} {mode.name}")
        for threshold, named in sharing.items():
            is_every = len(named) == len(MODES)
            yield Number(keys[name], () if is_every else tuple(named), threshold)


def number_text(number: Number) -> str:
    """Write a number with its key, its modes and its source."""
    whose = f" ({', '.join(number.modes)})" if number.modes else ""
    trust = "confirmed" if number.threshold.confirmed else "not confirmed by the marketplace"
    return (
        f"{number.key} {number.threshold.value:g}{whose}; {trust}; "
        f"source: {number.threshold.source}"
    )


def severity_text(entry: Entry) -> str:
    """Say how much a check weighs, and who may change that."""
    if entry.acknowledgeable:
        return (
            f"{entry.severity} by default; `checks` in satops.yaml can change it, and a spec can "
            "`acknowledge` it"
        )
    return f"{entry.severity}; it cannot be acknowledged or lowered"
