"""Programming orders of the eo-imagery marketplace: optical (changguang) and radar (tianyi).

The rest of satops knows them only as `EO_IMAGERY`.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from satops.core.offer import Flag, Offer, Samples
from satops.core.order.order import Order
from satops.core.plan.config import MarketplaceConfig
from satops.offers.eo_imagery.fields import (
    PASS_VERSION,
    VERSION,
    read_terms,
    version_of,
)
from satops.offers.eo_imagery.modes import MODE_NUMBERS, MODES, Provider, mode_of
from satops.offers.eo_imagery.recurrence import details, first_over, occurrences
from satops.offers.eo_imagery.request import (
    agreements,
    create_request,
    not_compared,
    result_request,
    simulation_request,
)
from satops.offers.eo_imagery.status import STATUSES

_THRESHOLDS = """\
every: {leadTimeH: 48}
changguang:
  every: {minBillableKm2: {value: 100, source: "contract 12, page 4"}}
  very-high: {swathKm: 12, maxAreaKm2: 5000}
tianyi:
  stripmap: {maxLengthKm: null}   # no such limit
"""


def _request(order: Order, market: MarketplaceConfig) -> bytes:
    if (choice := order.pass_choice) is not None:
        return result_request(choice)
    return create_request(order, geometry=market.geometry, timezone=market.timezone)


def _checks() -> Sequence[ModuleType]:
    from satops.offers.eo_imagery import (  # imports shapely, which few plans need
        fields,
        pass_checks,
        sensor,
    )

    return sensor, pass_checks, fields


def _samples() -> Samples:
    from satops.offers.eo_imagery.samples import samples

    return samples()


def _term_text(field: str, value: Any) -> str | None:
    mode = MODES.get(value) if field == "resolutionType" else None
    return None if mode is None else mode.title


def _mode_name(given: str) -> int | str:
    """Return a mode's name for its number, since a name tells a reviewer more."""
    if not (given.isdecimal() and given.isascii()):
        return given
    known = MODES.get(int(given))
    return int(given) if known is None else known.name


EO_IMAGERY = Offer(
    name="eo-imagery",
    versions=(VERSION, PASS_VERSION),
    schema="order.schema.json",
    thresholds="modes.json",
    modes=tuple(MODES.values()),
    statuses=STATUSES,
    read=read_terms,
    version=version_of,
    mode=mode_of,
    request=_request,
    simulation=lambda order, market: simulation_request(order, timezone=market.timezone),
    agreements=agreements,
    checks=_checks,
    captures=occurrences,
    details=details,
    first_over=first_over,
    not_compared=not_compared,
    term_text=_term_text,
    fixed_track=frozenset({Provider.TIANYI.value}),
    thresholds_example=_THRESHOLDS,
    flags=(
        Flag(
            "maxCloud",
            "--max-cloud",
            "PERCENT",
            "Optical only.",
            int,
            fits=lambda mode: mode.provider == Provider.CHANGGUANG,
        ),
        Flag(
            "resolutionType",
            "--mode",
            "MODE",
            f"A name or a number: {', '.join(MODE_NUMBERS)}, or 1 to 8.",
            str,
            _mode_name,
            of_mode=True,
        ),
    ),
    samples=_samples,
    in_sandbox=True,
)
