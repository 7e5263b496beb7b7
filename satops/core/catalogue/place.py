"""Entries about where an AOI lies and how large it is: A."""

from satops.core.catalogue.entry import Entry
from satops.core.problem import Severity

ENTRIES = (
    Entry(
        "A01",
        "outside longitude and latitude",
        "A longitude lies between -180 and 180, a latitude between -90 and 90. Where exchanging "
        "the two would fit, the message says so.",
        "RFC 7946, 3.1.1",
        "Write the longitude first.",
        "geometry: {bbox: [21.0, 105.8, 21.1, 105.9]}",
    ),
    Entry(
        "A02",
        "far from where orders are expected",
        "The centre of the area is outside of the `region` of satops.yaml. Without a region it is "
        "compared with the other orders: it is far from all of them, and would be among them if "
        "latitude and longitude were exchanged. The range of the numbers cannot show this: Paris "
        "exchanged lies off Somalia.",
        "reports of images from the wrong continent",
        "Look at the place on a map. Exchange the two numbers, or widen `region`.",
        "geometry: {point: [48.85, 2.35], radiusKm: 5}",
        severity=Severity.WARNING,
        acknowledgeable=True,
    ),
    Entry(
        "A03",
        "the area touches 0, 0",
        "Longitude 0 and latitude 0 is open sea south of Ghana, and the default value of many "
        "programs: a corner there is mostly a missing value.",
        "a common default",
        "Correct the corner.",
        "POLYGON ((0 0, 5.1 45, 5.1 45.1, 0 0))",
        severity=Severity.WARNING,
        acknowledgeable=True,
    ),
    Entry(
        "A04",
        "crosses the antimeridian",
        "An outline that passes 180 degrees reads as one around the whole Earth.",
        "RFC 7946, 3.1.9",
        "Write two orders, one for each side: `satops aoi FILE --split DIR` does it.",
        "geometry: {bbox: [179, -17, -179, -16]}",
    ),
    Entry(
        "A05",
        "too near a pole",
        "Satellites in sun-synchronous orbit pass the poles at a distance, and an outline around a "
        "pole has no inside on a map of longitude and latitude; a circle around one is an error.",
        "the inclination of sun-synchronous orbits, about 97.5 degrees",
        "Ask the seller whether the place is covered.",
        "geometry: {bbox: [0, 85, 20, 88]}",
        severity=Severity.WARNING,
        acknowledgeable=True,
        thresholds=("max_latitude_deg",),
    ),
    Entry(
        "A07",
        "smaller than the smallest bill",
        "Sellers bill a least area for each order. Two small orders side by side can cost twice "
        "what one around both would.",
        "SkyWatch and Planet 25 km², Airbus and Pixxel 100 km²",
        "Make the area larger for the same money, or accept it.",
        "geometry: {bbox: [5, 45, 5.01, 45.01]}",
        severity=Severity.WARNING,
        acknowledgeable=True,
        thresholds=("min_billable_km2",),
    ),
    Entry(
        "A08",
        "the area is not accepted",
        "The area is below the least or above the most that the team has found to be accepted. "
        "satops sets no such number by itself.",
        "the team's modes file: minAreaKm2, maxAreaKm2",
        "Change the area, or split it into several orders.",
        "changguang: {very-high: {maxAreaKm2: 5000}}",
        acknowledgeable=True,
        thresholds=("min_area_km2", "max_area_km2"),
    ),
    Entry(
        "A09",
        "larger than one pass can image",
        "The area is wider than the strip of ground that the sensor takes in one pass, or longer "
        "than the longest strip (too wide, too tall, too large). It will be put together from "
        "several passes, on several days. Measured east to west, and along the smallest "
        "rectangle around the area; the kinder of the two counts.",
        "published swaths of each sensor",
        "Take a coarser mode with a wider swath, or split the area, or accept several passes.",
        "{provider: tianyi, resolutionType: spotlight, geometry: {bbox: [5, 45, 5.3, 45.2]}}",
        severity=Severity.WARNING,
        acknowledgeable=True,
        thresholds=("swath_km", "max_length_km"),
    ),
    Entry(
        "A10",
        "more passes than the window has",
        "The area needs more passes than satellites will make while the window is open, so it "
        "cannot be complete. For a recurring order the window is one interval.",
        "others count about 8 chances in 14 days over one point; Capella rejects such orders",
        "Make the window longer or the area smaller, or take a mode with a wider swath.",
        "a country in a window of one day",
        severity=Severity.WARNING,
        acknowledgeable=True,
        thresholds=("swath_km", "max_length_km", "passes_per_day"),
    ),
    Entry(
        "A12",
        "a point without a radius",
        "A point has no area, and an order needs one.",
        "Planet images 2 km around a point; satops does not guess",
        "Write {point: [longitude, latitude], radiusKm: 5}.",
        "geometry: {point: [105.85, 21.03]}",
    ),
    Entry(
        "A13",
        "a place where orders are not allowed",
        "The area leaves what `areas.allowed` of satops.yaml holds, or touches what "
        "`areas.forbidden` holds. It is the team's own rule (a contract, an export licence), so "
        "that no spec can accept it away.",
        "the team's areas in satops.yaml",
        "Change the outline, or have the areas changed in review.",
        "areas: {forbidden: aois/no-go.geojson}",
    ),
)
