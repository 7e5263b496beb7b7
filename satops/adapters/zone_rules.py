"""Rules of named zones: the home of tzdata.

Never those of the machine, which are another release on another one: the windows of a series, and
so its orders, must be the same everywhere.
"""

from datetime import tzinfo
from importlib.resources import files
from zoneinfo import ZoneInfo


class PinnedZones:
    """The zones of the tzdata package."""

    @property
    def release(self) -> str:
        """The release of the IANA database."""
        import tzdata

        return str(tzdata.IANA_VERSION)

    def zone(self, name: str) -> tzinfo | None:
        """Return a zone by its name; None where the database has none."""
        package = files("tzdata")
        # The list decides, so that no name can lead to another file.
        if name not in (package / "zones").read_text("ascii").split():
            return None
        with (package / "zoneinfo" / name).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
