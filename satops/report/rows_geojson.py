"""Rows of the ledger as GeoJSON: every order, with its bought polygon.

Properties are flat; `start` and `end` are texts in UTC, which QGIS recognises.
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
    """Yield one feature per line.  An order without a recorded polygon has its box, or else no
    geometry; none is omitted.
    """
    return collection("satops-orders", head(rows), _features(rows))


def geometry(row: Row) -> Any:
    """Return the polygon of a row, or else its box, or None."""
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
