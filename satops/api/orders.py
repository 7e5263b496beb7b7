"""The ledger's orders as flat dictionaries, for tables and maps."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from satops.api.list import list_orders
from satops.api.repository import FilePath
from satops.report.rows_geojson import geometry
from satops.workflow.rows import Rows


class Orders(list[dict[str, Any]]):
    """Orders as flat dictionaries, and as a map.

    For `pandas.DataFrame(found)` and `geopandas.GeoDataFrame.from_features(found,
    crs="OGC:CRS84")`.
    """

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows.flat())
        self._rows = rows

    def __repr__(self) -> str:
        """Return the number of orders in each state."""
        states = Counter(order["state"] for order in self)
        counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        return f"<Orders {counts or 'none'}>"

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """A FeatureCollection in longitude and latitude.

        An order without a recorded polygon has its box, or else no geometry.
        """
        features = [
            {
                "type": "Feature",
                "id": order["name"],
                "properties": order,
                "geometry": geometry(row),
            }
            for order, row in zip(self, self._rows, strict=True)
        ]
        return {"type": "FeatureCollection", "features": features}


def orders(repository: FilePath, *, environ: Mapping[str, str] | None = None) -> Orders:
    """Return a flat dictionary for each order of the ledger, by name.

    Values are text, numbers, booleans and None: the fields of `satops list --json`, plus
    `label.KEY` for every label and `key.AXIS` for every series' axis of any order.  Instants are
    UTC, areas km² of one capture, bounds degrees.  Raises `UsageError` and `LedgerError`.
    """
    return Orders(list_orders(repository, outlines=True, environ=environ))
