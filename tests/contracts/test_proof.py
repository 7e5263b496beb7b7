"""The proof that doctor makes, on every honest store: it holds, and leaves nothing behind."""

import pytest

from satops.adapters.stores.open import scratch_beside
from satops.core.ledger.chain import GENESIS
from satops.errors import LedgerMissing
from satops.ports import LedgerStore
from satops.workflow.proof import prove
from tests.chains import started
from tests.contracts.places import SharedPlace
from tests.fakes.clock import FakeClock

ROUNDS = 4


def test_an_honest_store_is_proven_beside_its_ledger_and_nothing_is_left(
    shared_place: SharedPlace,
) -> None:
    real = shared_place.open()
    real.append(started()[0], GENESIS)
    scratch: list[LedgerStore] = []
    with scratch_beside(shared_place.address, shared_place.root) as open_scratch:
        proof = prove(open_scratch, FakeClock(), ROUNDS)
        scratch.append(open_scratch())
        assert len(list(scratch[0].read())) == ROUNDS
    assert proof.holds
    assert proof.rounds == ROUNDS
    assert list(shared_place.open().read()) == started()[0]
    with pytest.raises(LedgerMissing):
        list(scratch[0].read())


def test_a_store_can_be_proven_before_its_ledger_begins(shared_place: SharedPlace) -> None:
    with scratch_beside(shared_place.address, shared_place.root) as open_scratch:
        assert prove(open_scratch, FakeClock(), 1).holds
    with pytest.raises(LedgerMissing):
        list(shared_place.open().read())
