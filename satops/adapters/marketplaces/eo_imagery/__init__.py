"""The marketplace's HTTP API, with requests and urllib3.

`place` turns each exchange on the wire into one of the four outcomes.  From the outside in:
`client` (the port), `sender` (one request), `wire` (connections that note the first sent byte),
`outcome` and `failures` (what an answer, or its absence, proves), `listing`, `orders` and
`simulations` (reading), `address` (hosts that may get the token).
"""

from satops.adapters.marketplaces.eo_imagery.client import HttpMarketplace

__all__ = ["HttpMarketplace"]
