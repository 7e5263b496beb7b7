"""Where and how large, in the words of a map."""


def place(longitude: float, latitude: float) -> str:
    """Return a position in degrees as `21.03°N 105.85°E`.

    Two decimals are about one kilometre: enough to see swapped coordinates at a glance.
    """
    north = "N" if latitude >= 0 else "S"
    east = "E" if longitude >= 0 else "W"
    return f"{abs(latitude):.2f}°{north} {abs(longitude):.2f}°{east}"


def middle(bounds: tuple[float, float, float, float]) -> tuple[float, float]:
    """Return the longitude and latitude in the middle of west, south, east, north."""
    west, south, east, north = bounds
    return (west + east) / 2, (south + north) / 2


def area(km2: float) -> str:
    """Return an area in km² without its unit, rounded to what a reader can use."""
    if km2 >= 100:
        return f"{km2:,.0f}"
    return f"{km2:.1f}" if km2 >= 1 else f"{km2:.2g}"
