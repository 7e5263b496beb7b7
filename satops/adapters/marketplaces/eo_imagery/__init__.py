"""The marketplace's HTTP API: the home of requests and urllib3.

`place` turns what happens on the wire into one of the four outcomes.  From the outside in:
`client` (the port), `sender` (one request), `wire` (connections that know what has left),
`outcome` and `failures` (what an answer, or its absence, proves), `listing`, `orders` and
`simulations` (reading), `address` (where a token may go).
"""

from satops.adapters.marketplaces.eo_imagery.address import require_host
from satops.adapters.marketplaces.eo_imagery.client import HttpMarketplace
from satops.adapters.marketplaces.eo_imagery.probe import is_sandbox

__all__ = ["HttpMarketplace", "is_sandbox", "require_host"]
