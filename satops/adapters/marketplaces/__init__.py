"""The clients of the marketplaces: one folder each, and one row of `CLIENTS`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from satops.core.plan.config import Config
from satops.offers import offer_of
from satops.ports import Marketplace

if TYPE_CHECKING:
    from satops.adapters.token import Token

Connect = Callable[[Config, "Token", Callable[[float], None]], Marketplace]
"""Makes the port from the configuration, the token, and a function that sleeps.  Sends nothing.
Raises `UsageError`."""


def connect(config: Config, token: "Token", sleep: Callable[[float], None]) -> Marketplace:
    """Return the marketplace that a configuration names; see `Connect`."""
    return CLIENTS[offer_of(config).name](config, token, sleep)


def _eo_imagery(config: Config, token: "Token", sleep: Callable[[float], None]) -> Marketplace:
    from satops.adapters.marketplaces.eo_imagery import HttpMarketplace

    return HttpMarketplace(
        config.marketplace,
        config.apply,
        token,
        reconcile=config.reconcile,
        delivery=config.delivery,
        sleep=sleep,
    )


CLIENTS: dict[str, Connect] = {"eo-imagery": _eo_imagery}
"""The client of each offer's marketplace, by the offer's name."""
