"""The offers: one folder for each marketplace's kind of order.

Each is a pure value, an `Offer`.  A repository has one, named by `marketplace.kind` of satops.yaml.
The version of a canonical order names its offer.
"""

from satops.core.check import When
from satops.core.offer import Offer
from satops.core.order.modes import Mode
from satops.core.order.order import Terms
from satops.core.plan.config import Config
from satops.offers.eo_imagery import EO_IMAGERY

OFFERS: dict[str, Offer] = {offer.name: offer for offer in (EO_IMAGERY,)}
"""All offers by name; the first is the default."""


def offer_of(config: Config) -> Offer:
    """Return the offer of a repository."""
    return OFFERS[config.marketplace.kind or next(iter(OFFERS))]


def offer_of_version(version: str) -> Offer | None:
    """Return the offer of a canonical order; None for an absent version."""
    for offer in OFFERS.values():
        if version in offer.versions:
            return offer
    return None


def mode_of(version: str, terms: Terms) -> Mode | None:
    """Return the mode of an order of a version; None without one."""
    offer = offer_of_version(version)
    return None if offer is None else offer.mode(terms)


def times_of(code: str) -> frozenset[When]:
    """Return the times at which a check of any offer runs."""
    from satops.core.checks.catalogue import catalogue_of  # imports shapely

    return frozenset().union(*(catalogue_of(offer).times_of(code) for offer in OFFERS.values()))
