"""Rows of the ledger as GeoJSON: every order, with the polygon that was bought.

Properties are flat, and `start` and `end` are texts in UTC, which QGIS finds by itself.
"""

from collections.abc import Iterator
from typing import Any

from satops.core import json_text
from satops.core.safe import encodable
from satops.report.geojson import collection
from satops.report.rows_json import head
from satops.report.shapes import box
from satops.workflow.rows import Row, Rows


def list_geojson(rows: Rows) -> Iterator[bytes]:
    """Yield one feature a line.  An order whose polygon the ledger lacks has the box around it,
    and without that no geometry: none is left out.
    """
    return collection("satops-orders", head(rows), _features(rows))


def geometry(row: Row) -> Any:
    """Return the polygon of a row, else its box, else None."""
    if (outline := row.outline) is not None:
        return json_text.loads(outline)
    return None if row.order.bounds is None else box(row.order.bounds)


def _features(rows: Rows) -> Iterator[dict[str, Any]]:
    for row, flat in zip(rows, rows.flat(), strict=True):
        outline = row.outline
        yield {
            "type": "Feature",
            "properties": {
                key: encodable(value) if isinstance(value, str) else value
                for key, value in flat.items()
            },
            "geometry": geometry(row) if outline is None else json_text.Raw(outline),
        }
