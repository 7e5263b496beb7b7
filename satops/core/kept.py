"""Which specs the ledger already holds, byte for byte: their files need not be read again.

The ledger keeps the SHA-256 of the bytes that each placed order was made from.  A file with those
bytes, read in the same time zone and with the same AOI files, can only give the same orders.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from satops.core.state import LedgerState, Standing


class KeptSpec(NamedTuple):
    """A spec that is placed and unchanged; what it says is in the ledger."""

    name: str
    file: str
    """Where it stands now, which may be elsewhere than when it was placed."""
    line: int


class KeptSpecs:
    """The placed orders of a ledger, by the bytes of the files that they were made from."""

    def __init__(self, state: LedgerState, zone: str | None) -> None:
        self._files: defaultdict[str, dict[int, tuple[str, Mapping[str, Any]]]] = defaultdict(dict)
        for known in state.orders.values():
            source = known.source
            if known.standing is Standing.PLACED and source and source.get("timezone") == zone:
                self._files[source["sha256"]][source["document"]] = (known.name, source)

    def find(
        self, file: str, sha256: str, included: Callable[[str], str | None]
    ) -> list[KeptSpec] | None:
        """Return the specs of a file, or None where one of them is not placed as it stands.

        `included` returns the SHA-256 of a file that the spec refers to, None where there is none.
        """
        held = self._files.get(sha256)
        if held is None:
            return None
        kept = []
        for document in range(len(held)):
            name, source = held.get(document, ("", {}))
            if source.get("documents") != len(held):
                return None
            for include in source["includes"]:
                if included(include["ref"]) != include["sha256"]:
                    return None
            kept.append(KeptSpec(name, file, source["line"]))
        return kept
