"""What apply needs of a repository, where a test gives the specs and nothing stands in its way."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import datetime

from satops.core.ledger.state import LedgerState
from satops.core.spec.spec import Spec
from satops.ports import Clock, LedgerStore, NotedProof, Promise, RulesSource
from satops.workflow.proof import StoreProof
from satops.workflow.validate import Tree


class GivenTree:
    """Keeps the promises of `workflow.validate.WholeTree` for a tree of the test."""

    def __init__(self, tree: Tree, rules: RulesSource | None = None) -> None:
        self._tree = tree
        self.rules = rules

    def read_whole(self, state: LedgerState | None = None) -> Tree:
        """Return it, whatever the ledger holds."""
        return self._tree


class NoHistory:
    """Keeps the promises of `ports.History` outside of git."""

    def commit_of(self, spec: Spec) -> str | None:
        """Know nothing."""

    def merged_at(self, spec: Spec) -> datetime | None:
        """Know nothing."""

    def committed(self, specs: Iterable[Spec]) -> Mapping[str, bool] | None:
        """Know nothing."""

    def is_in(self, branch: str) -> bool | None:
        """Know nothing."""


class MemoryProofs:
    """Keeps the promises of `ports.ProofNotes` in memory."""

    address = "memory"

    def __init__(self) -> None:
        self.notes: dict[str, NotedProof] = {}

    def noted(self, address: str) -> NotedProof | None:
        """Return what was noted."""
        return self.notes.get(address)

    def note(self, address: str, proof: NotedProof) -> None:
        """Keep it."""
        self.notes[address] = proof


def proof_of(
    store: LedgerStore, clock: Clock, promise: Promise = Promise.PROTOCOL, vouched: str = ""
) -> StoreProof:
    """Return what is known of a store; by default its protocol says that one writer wins."""
    return StoreProof(
        address=store.address,
        promise=promise,
        notes=MemoryProofs(),
        scratch=lambda: nullcontext(lambda: store),
        clock=clock,
        vouched=frozenset(vouched.split()),
    )
