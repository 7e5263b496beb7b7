"""This machine's proofs that a store lets one of two writers win: a JSON file in `.satops/`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from satops.adapters.files.local_json import read_object, write_object


@dataclass(frozen=True, slots=True)
class NotedProof:
    """What was found at one address."""

    time: str
    broken: str
    """Why the store must not be used; empty where it kept its promise."""


class ProofFile:
    """Keeps proofs by address; an unreadable file counts as none, so that the store is asked for
    a new one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def proven(self, address: str) -> bool:
        """Tell whether the store at an address was proven from this machine."""
        noted = self.noted(address)
        return noted is not None and not noted.broken

    def noted(self, address: str) -> NotedProof | None:
        """Return what was found at an address, if it was ever looked at."""
        kept: Any = read_object(self._path).get(address)
        try:
            return NotedProof(str(kept["time"]), str(kept["broken"]))
        except (TypeError, KeyError):
            return None

    def addresses(self) -> list[str]:
        """Return the addresses that were proven."""
        return [address for address in read_object(self._path) if self.proven(address)]

    def note(self, address: str, proof: NotedProof) -> None:
        """Keep what was found.  Raises OSError."""
        kept = {**read_object(self._path), address: {"time": proof.time, "broken": proof.broken}}
        write_object(self._path, kept)
