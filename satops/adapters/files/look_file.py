"""This machine's looks for submissions in doubt: a small JSON file for each start of the machine.

The monotonic clock begins anew at each start, so looks of another one never count.  Two machines
that share a home write two files.
"""

from hashlib import sha256
from math import inf
from typing import Any

from satops.adapters.files.local_state import LocalFolder
from satops.ports import Look


class LookFile:
    """Keeps looks by the identity of the submission; one that is unreadable only waits longer."""

    def __init__(self, folder: LocalFolder) -> None:
        self._folder = folder

    def look(self, intent: str, epoch: str) -> Look | None:
        """Return what was noted of one submission in this epoch."""
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
