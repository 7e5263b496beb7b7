"""The offers that satops knows: one folder for each marketplace's kind of order.

Each is one value, an `Offer`, which is pure.  A repository has one: `marketplace.kind` of
satops.yaml names it.  An order that was bought tells by its version whose it is.
"""

from satops.core.check import When
from satops.core.offer import Offer
from satops.core.order.mode import Mode
from satops.core.order.order import Terms
from satops.core.plan.config import Config
from satops.offers.eo_imagery import EO_IMAGERY

OFFERS: dict[str, Offer] = {offer.name: offer for offer in (EO_IMAGERY,)}
"""Every offer by its name; the first is that of a satops.yaml which names none."""


def offer_of(config: Config) -> Offer:
    """Return the offer of a repository."""
    return OFFERS[config.marketplace.kind or next(iter(OFFERS))]


def offer_of_version(version: str) -> Offer | None:
    """Return the offer of a canonical order; None for a version that none of them has."""
    return next((offer for offer in OFFERS.values() if version in offer.versions), None)


def mode_of(version: str, terms: Terms) -> Mode | None:
    """Return the mode that an order of a version names; None where it names none."""
    offer = offer_of_version(version)
    return None if offer is None else offer.mode(terms)


def times_of(code: str) -> frozenset[When]:
    """Return every time at which a check looks, whichever offer it is of."""
    from satops.core.checks.catalogue import catalogue_of  # it brings shapely

    return frozenset().union(*(catalogue_of(offer).times_of(code) for offer in OFFERS.values()))
