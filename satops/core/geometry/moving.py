"""Reproject outlines from another reference system to WGS 84."""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from typing import Any

from satops.core.finding import Finding
from satops.core.geometry.checks import NOT_WGS84
from satops.core.geometry.geojson import polygons
from satops.core.geometry.shapes import area_km2

_STEPS = 16
"""Parts into which an edge is divided to follow its true course."""


class NotMovable(Exception):
    """A point or system cannot be reprojected to WGS 84 accurately enough."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.detail)
        self.finding = finding


class Mover:
    """Reprojects points from one system to WGS 84, by PROJ's best operation."""

    def __init__(self, name: str, source: str) -> None:
        """`name` is for messages, `source` a code or a WKT. Raises `NotMovable`."""
        from pyproj import Transformer
        from pyproj.exceptions import ProjError

        self.name = name
        self._has_moved = False
        try:
            self._by: Transformer = Transformer.from_crs(
                source, "OGC:CRS84", always_xy=True, allow_ballpark=False
            )
        except ProjError as error:
            raise NotMovable(
                NOT_WGS84.finding(
                    (), f"No way is known from {name} to WGS 84 that is better than a guess."
                )
            ) from error

    @property
    def accuracy_m(self) -> float | None:
        """Accuracy of the last points in metres; None if not known.  PROJ chooses the best
        operation for each location.
        """
        accuracy = float(self._by.accuracy)
        if accuracy < 0 and self._has_moved:
            accuracy = float(self._by.get_last_used_operation().accuracy)
        return accuracy if accuracy >= 0 else None

    def geometry(self, geometry: Any) -> Any:
        """Return a GeoJSON geometry with its points reprojected; other values stay."""
        if not isinstance(geometry, dict):
            return geometry
        if "geometries" in geometry:
            inner = geometry["geometries"]
            moved = [self.geometry(each) for each in inner] if isinstance(inner, list) else inner
            return {**geometry, "geometries": moved}
        return {**geometry, "coordinates": self._coordinates(geometry.get("coordinates"))}

    def true_area_km2(self, geometry: Any) -> float | None:
        """Return the area in km² along the true course of the source system's edges; None if it
        cannot be measured.
        """
        total = 0.0
        for coordinates, _ in polygons(geometry):
            if not isinstance(coordinates, list) or not all(map(_is_ring, coordinates)):
                return None
            rings = tuple(self._dense(ring) for ring in coordinates)
            total += area_km2(rings)
        return total

    def _coordinates(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        if _is_point(value):
            x, y = self._points([value[0]], [value[1]])[0]
            return [x, y, *value[2:]]
        if value and all(map(_is_point, value)):
            moved = self._points([each[0] for each in value], [each[1] for each in value])
            return [[*place, *each[2:]] for place, each in zip(moved, value, strict=True)]
        return [self._coordinates(item) for item in value]

    def _dense(self, ring: Sequence[Any]) -> tuple[tuple[float, float], ...]:
        xs, ys = [ring[0][0]], [ring[0][1]]
        for (xa, ya, *_), (xb, yb, *_) in pairwise(ring):
            xs += [xa + (xb - xa) * step / _STEPS for step in range(1, _STEPS + 1)]
            ys += [ya + (yb - ya) * step / _STEPS for step in range(1, _STEPS + 1)]
        places = self._points(xs, ys)
        return (*places, places[0])

    def _points(self, xs: list[float], ys: list[float]) -> list[tuple[float, float]]:
        longitudes, latitudes = self._by.transform(xs, ys)
        self._has_moved = True
        for x, y, longitude, latitude in zip(xs, ys, longitudes, latitudes, strict=True):
            if not (isfinite(longitude) and isfinite(latitude)):
                detail = f"The point {x:.10g}, {y:.10g} does not lie in {self.name}."
                raise NotMovable(NOT_WGS84.finding((), detail))
        return list(zip(longitudes, latitudes, strict=True))


def _is_point(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(type(number) in (int, float) for number in value[:2])
    )


def _is_ring(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 3 and all(map(_is_point, value))
