"""Estimate the cost of an order from the price table of satops.yaml.

Reports must call it an estimate, since the marketplace gives no price before delivery.

    prices:
      currency: USD
      perKm2: {PROVIDER: {MODE: 18, OTHER-MODE: 12}, OTHER-PROVIDER: 4}
      minimumKm2: 25              # optional; by provider and mode as well

Without a table, or where it has no price for a mode, there is no number.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from msgspec import Struct

from satops.core.offer import Offer
from satops.core.spec.spec import Spec
from satops.errors import UsageError

Table = Mapping[tuple[str, str], float]
"""Number by provider and mode; an empty string stands for all."""


class Prices(Struct, frozen=True):
    """A checked price table."""

    currency: str
    per_km2: Table
    minimum_km2: Table
    offer: Offer

    def estimate(self, spec: Spec) -> float | None:
        """Return the estimated cost of an order with all its captures, or None without a price.

        Area in km² with its holes, or the minimum billable area if that is larger, times the price;
        rounded to hundredths of the currency.
        """
        name = self.offer.mode_name(spec.order.terms)
        price = _look_up(self.per_km2, spec.order.provider, name)
        if price is None:
            return None
        minimum = _look_up(self.minimum_km2, spec.order.provider, name) or 0.0
        billed_km2 = max(spec.footprint.billable_km2, minimum)
        return round(billed_km2 * price * self.offer.captures(spec.order), 2)


def prices_from(
    table: Mapping[str, Any] | None, offer: Offer, file: str = "satops.yaml"
) -> Prices | None:
    """Return the `prices` of satops.yaml; None without any.  Raises `UsageError`."""
    if table is None:
        return None
    unknown = set(table) - {"currency", "perKm2", "minimumKm2"}
    currency = table.get("currency")
    if unknown or not isinstance(currency, str) or "perKm2" not in table:
        raise UsageError(f"{file}: prices needs currency and perKm2, and may have minimumKm2.")
    return Prices(
        currency,
        _table(table["perKm2"], offer, file, "prices.perKm2"),
        _table(table.get("minimumKm2", {}), offer, file, "prices.minimumKm2"),
        offer,
    )


def _look_up(table: Table, provider: str, mode: str) -> float | None:
    for key in ((provider, mode), (provider, ""), ("", "")):
        if key in table:
            return table[key]
    return None


def _table(value: Any, offer: Offer, file: str, path: str) -> Table:
    """Flatten a number, numbers by provider, or numbers by provider and mode."""
    if not isinstance(value, dict):
        return {("", ""): _number(value, file, path)}
    found: dict[tuple[str, str], float] = {}
    for provider, part in value.items():
        modes = offer.modes_of(provider)
        if not modes:
            raise UsageError(f"{file}: {path}.{provider}: there is no such provider.")
        if not isinstance(part, dict):
            found[provider, ""] = _number(part, file, f"{path}.{provider}")
            continue
        names = {key: mode.name for mode in modes for key in (mode.name, str(mode.number))}
        for mode_key, number in part.items():
            where = f"{path}.{provider}.{mode_key}"
            if str(mode_key) not in names:
                raise UsageError(f"{file}: {where}: {provider} has no such mode.")
            found[provider, names[str(mode_key)]] = _number(number, file, where)
    return found


def _number(value: Any, file: str, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{file}: {path} must be a number, not {value!r}.")
    if not isfinite(value) or value < 0:
        raise UsageError(f"{file}: {path} is {value}; it must not be below 0.")
    return float(value)
