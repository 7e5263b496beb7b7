"""This machine's looks for submissions in doubt: one JSON file per boot.

The monotonic clock restarts at boot, so looks of another boot never count.  Two machines that share
a home folder write two files.
"""

from hashlib import sha256
from math import inf
from typing import Any

from satops.adapters.files.local_state import LocalFolder
from satops.ports import Look


class LookFile:
    """Implements `ports.LookBook`.  An unreadable file only makes the wait longer."""

    def __init__(self, folder: LocalFolder) -> None:
        self._folder = folder

    def look(self, intent: str, epoch: str) -> Look | None:
        """Return the note of one submission in this epoch, or None."""
        kept: Any = self._folder.read_object(_file(epoch)).get(intent)
        try:
            first, count = kept["first"], kept["count"]
        except (TypeError, KeyError):
            return None
        if type(first) is not float or not 0 <= first < inf or type(count) is not int or count < 0:
            return None
        return Look(first, count, epoch)

    def note(self, intent: str, look: Look) -> None:
        """Note a look.  Raises OSError."""
        name = _file(look.epoch)
        with self._folder.locked():
            kept = self._folder.read_object(name)
            kept[intent] = {"first": look.first, "count": look.count}
            self._folder.replace_object(name, kept)


def _file(epoch: str) -> str:
    return f"looks-{sha256(epoch.encode()).hexdigest()[:16]}.json"
