"""The rules of named time zones, from the tzdata package.

The machine's own rules are never used: their release differs between machines, and the windows of a
series, and so its orders, must be the same everywhere.
"""

from datetime import tzinfo


class PinnedZones:
    """The time zones of the tzdata package."""

    @property
    def release(self) -> str:
        """Release of the IANA database."""
        import tzdata

        return str(tzdata.IANA_VERSION)

    def zone(self, name: str) -> tzinfo | None:
        """Return a time zone by its name; None if absent."""
        from importlib.resources import files
        from zoneinfo import ZoneInfo

        package = files("tzdata")
        # Check the list first, so that no name leads to another file.
        if name not in (package / "zones").read_text("ascii").split():
            return None
        with (package / "zoneinfo" / name).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
