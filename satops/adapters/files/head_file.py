"""The last head that this machine appended to a ledger: it reveals an older ledger."""

from msgspec import ValidationError, convert

from satops.adapters.files.local_state import LocalFolder
from satops.core import json_text
from satops.core.ledger.chain import EMPTY, Head

_NAME = "head.json"


class HeadFile:
    """Implements `ports.HeadMark`: the noted head only moves forward."""

    def __init__(self, folder: LocalFolder) -> None:
        self._folder = folder

    def noted(self) -> Head | None:
        """Return the noted head, or None.

        Raises OSError for an unreadable file: without the head, an older ledger would pass.
        """
        content = self._folder.read(_NAME)
        if content is None:
            return None
        try:
            head = convert(json_text.loads(content), Head)
        except (json_text.NotJson, ValidationError):
            head = EMPTY
        if head.seq < 1:
            raise OSError(f"{self._folder.path / _NAME} tells no head of a ledger")
        return head

    def note(self, head: Head, *, accepted: bool = False) -> None:
        """Note the head after an own append, unless a later head is noted.

        `accepted` replaces a later head that a person has accepted as lost.  Raises OSError.
        """
        with self._folder.locked():
            known = self.noted()
            if accepted or known is None or known.seq < head.seq:
                # The next flush of the ledger or the spool brings the name to the disk.  After a
                # power cut before it the note is one append older, as after a failed write.
                noted = {"seq": head.seq, "digest": head.digest}
                self._folder.replace_object(_NAME, noted, flush_name=accepted)
