"""Clients for the tests of the marketplace, with small deadlines, and orders to place."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from satops.adapters.marketplace import HttpMarketplace
from satops.adapters.token import Token
from satops.core.config import ApplyConfig, MarketplaceConfig
from satops.core.order import MODES
from tests.fakes.clock import FakeClock

SECRET = "t0ken/that-nobody-may-see=="
ORDER = b'{"provider":"tianyi","maxCloud":20}'

SQUARE = '{"type":"Polygon","coordinates":[[[105,10],[105.5,10],[105.5,10.5],[105,10.5],[105,10]]]}'

LIMITS = ApplyConfig(connect_timeout_s=0.4, answer_timeout_s=0.25, retry_after_max_s=60)


def client(url: str, *, patient: bool = False, clock: FakeClock | None = None) -> HttpMarketplace:
    """Return a client; a patient one waits long enough for any answer that comes at all."""
    limits = replace(LIMITS, connect_timeout_s=5, answer_timeout_s=5) if patient else LIMITS
    sleep = (clock or FakeClock()).sleep
    return HttpMarketplace(MarketplaceConfig(url=url), limits, Token(SECRET), sleep=sleep)


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
