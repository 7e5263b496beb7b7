"""The last head that this machine appended to a ledger: an older ledger is known by it."""

from satops.adapters.files.local_state import LocalFolder
from satops.core import json_text
from satops.core.ledger.chain import Head

_NAME = "head.json"


class HeadFile:
    """Keeps the head; it is only ever raised."""

    def __init__(self, folder: LocalFolder) -> None:
        self._folder = folder

    def noted(self) -> Head | None:
        """Return the head, where one was noted.

        Raises OSError where a file is there and tells none: without its head an older ledger would
        pass for the right one.
        """
        content = self._folder.read(_NAME)
        if content is None:
            return None
        try:
            kept = json_text.loads(content)
            seq, digest = kept["seq"], kept["digest"]
        except (json_text.NotJson, KeyError, TypeError):
            seq, digest = None, None
        if type(seq) is not int or seq < 1 or not isinstance(digest, str):
            raise OSError(f"{self._folder.path / _NAME} tells no head of a ledger")
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
