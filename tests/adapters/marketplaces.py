"""Clients for the tests of the marketplace, with deadlines to choose, and orders to place."""

import json
from datetime import UTC, datetime, timedelta

from satops.adapters.marketplaces.eo_imagery import HttpMarketplace
from satops.adapters.token import Token
from satops.core.plan.config import ApplyConfig, MarketplaceConfig, ReconcileConfig
from satops.offers.eo_imagery.modes import MODES
from tests.fakes.clock import FakeClock

SECRET = "t0ken/that-nobody-may-see=="
ORDER = b'{"provider":"tianyi","maxCloud":20}'

SQUARE = '{"type":"Polygon","coordinates":[[[105,10],[105.5,10],[105.5,10.5],[105,10.5],[105,10]]]}'

ENOUGH_S = 300
"""Longer than anything takes that comes at all, on the slowest machine."""
SOON_S = 0.5
"""For what never comes, or comes in drips for longer than this."""
PARTLY_S = 2.0
"""For what comes in part: the part must be there in time."""


def client(
    url: str,
    *,
    connect_s: float = ENOUGH_S,
    answer_s: float = ENOUGH_S,
    idle_s: float = ENOUGH_S,
    clock: FakeClock | None = None,
    reconcile: ReconcileConfig | None = None,
) -> HttpMarketplace:
    """Return a client that waits for everything, but for what the test lets be late."""
    return HttpMarketplace(
        MarketplaceConfig(url=url),
        ApplyConfig(connect_timeout_s=connect_s, answer_timeout_s=answer_s, retry_after_max_s=60),
        Token(SECRET),
        reconcile=reconcile,
        sleep=(clock or FakeClock()).sleep,
        idle_max_s=idle_s,
    )


def request_of(mode: int, *, days: int = 14) -> bytes:
    """Return a create request for a window that lies ahead."""
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    return json.dumps(
        {
            "provider": MODES[mode].provider,
            "geometry": SQUARE,
            "startDate": f"{start:%Y-%m-%dT%H:%M:%S}",
            "endDate": f"{start + timedelta(days=days):%Y-%m-%dT%H:%M:%S}",
            "maxCloud": 20,
            "resolutionType": mode,
        }
    ).encode()
