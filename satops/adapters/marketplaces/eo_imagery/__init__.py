"""The marketplace's HTTP API: the home of requests and urllib3.

`place` turns what happens on the wire into one of the four outcomes.  From the outside in:
`client` (the port), `sender` (one request), `wire` (connections that know what has left),
`outcome` and `failures` (what an answer, or its absence, proves), `listing`, `orders` and
`simulations` (reading), `address` (where a token may go).
"""

from satops.adapters.marketplaces.eo_imagery.client import HttpMarketplace

__all__ = ["HttpMarketplace"]
