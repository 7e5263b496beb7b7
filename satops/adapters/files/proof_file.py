"""This machine's proofs of stores: a JSON file for each address."""

from hashlib import sha256

from satops.adapters.files.local_state import LocalFolder
from satops.ports import NotedProof


class ProofFile:
    """Implements `ports.ProofNotes`.  An unreadable file counts as no proof."""

    def __init__(self, folder: LocalFolder) -> None:
        self._folder = folder

    @property
    def address(self) -> str:
        """Path of the folder."""
        return str(self._folder.path)

    def proven(self, address: str) -> bool:
        """Tell whether this machine has proven the store at an address."""
        noted = self.noted(address)
        return noted is not None and not noted.broken

    def noted(self, address: str) -> NotedProof | None:
        """Return the noted proof of an address, or None."""
        kept = self._folder.read_object(_file(address))
        time, broken = kept.get("time"), kept.get("broken")
        if kept.get("address") != address or not isinstance(time, str):
            return None
        return NotedProof(time, broken) if isinstance(broken, str) else None

    def note(self, address: str, proof: NotedProof) -> None:
        """Write a proof.  Raises OSError."""
        with self._folder.locked():
            kept = {"address": address, "time": proof.time, "broken": proof.broken}
            self._folder.replace_object(_file(address), kept)


def _file(address: str) -> str:
    return f"{sha256(address.encode()).hexdigest()[:32]}.json"
