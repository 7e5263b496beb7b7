"""Clients for the tests of the marketplace, with small deadlines."""

from dataclasses import replace

from satops.adapters.marketplace import HttpMarketplace
from satops.adapters.token import Token
from satops.core.config import ApplyConfig, MarketplaceConfig
from tests.fakes.clock import FakeClock

SECRET = "t0ken/that-nobody-may-see=="
ORDER = b'{"provider":"tianyi","maxCloud":20}'

LIMITS = ApplyConfig(connect_timeout_s=0.4, answer_timeout_s=0.4, retry_after_max_s=60)


def client(url: str, *, patient: bool = False, clock: FakeClock | None = None) -> HttpMarketplace:
    """Return a client; a patient one waits long enough for any answer that comes at all."""
    limits = replace(LIMITS, connect_timeout_s=5, answer_timeout_s=5) if patient else LIMITS
    sleep = (clock or FakeClock()).sleep
    return HttpMarketplace(MarketplaceConfig(url=url), limits, Token(SECRET), sleep=sleep)
