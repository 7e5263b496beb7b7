"""This machine's proofs that a store lets one of two writers win: a JSON file in `.satops/`."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from satops.core import json_text


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
        kept: Any = self._read().get(address)
        try:
            return NotedProof(str(kept["time"]), str(kept["broken"]))
        except (TypeError, KeyError):
            return None

    def addresses(self) -> list[str]:
        """Return the addresses that were proven."""
        return [address for address in self._read() if self.proven(address)]

    def note(self, address: str, proof: NotedProof) -> None:
        """Keep what was found.  Raises OSError."""
        kept = {**self._read(), address: {"time": proof.time, "broken": proof.broken}}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix="proofs-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(json_text.dumps_pretty(kept))
        Path(temporary).replace(self._path)

    def _read(self) -> dict[str, Any]:
        try:
            kept = json_text.loads(self._path.read_bytes())
        except (OSError, json_text.NotJson):
            return {}
        return kept if isinstance(kept, dict) else {}
