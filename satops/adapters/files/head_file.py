"""The last head that this machine appended to a ledger: an older ledger is known by it."""

from typing import Any

from satops.adapters.files.local_state import LocalFolder
from satops.core.ledger.chain import Head

_NAME = "head.json"


class HeadFile:
    """Keeps the head; it is only ever raised."""

    def __init__(self, folder: LocalFolder) -> None:
        self._folder = folder

    def noted(self) -> Head | None:
        """Return the head, where one was noted."""
        kept: dict[str, Any] = self._folder.read_object(_NAME)
        seq, digest = kept.get("seq"), kept.get("digest")
        if type(seq) is not int or not isinstance(digest, str) or seq < 1:
            return None
        return Head(seq, digest)

    def note(self, head: Head, *, accepted: bool = False) -> None:
        """Note a head that an own append made, unless a later one is noted.

        `accepted` replaces a later one, of which a person has said that it is lost.  Raises
        OSError.
        """
        with self._folder.locked():
            known = self.noted()
            if accepted or known is None or known.seq < head.seq:
                self._folder.replace_object(_NAME, {"seq": head.seq, "digest": head.digest})
