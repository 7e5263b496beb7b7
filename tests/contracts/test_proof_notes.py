"""What this machine notes of a store: whether it was proven, by address."""

from pathlib import Path

import pytest

from satops.adapters.files.local_state import ProofFile, store_folder
from satops.ports import NotedProof


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_a_proof_is_kept_for_its_address_alone(base: Path) -> None:
    proofs = ProofFile(store_folder(base))
    assert proofs.noted("s3:a") is None
    proofs.note("s3:a", NotedProof("2031-05-06T07:08:09Z", ""))
    proofs.note("s3:b", NotedProof("2031-05-06T07:08:10Z", "two writers won"))
    again = ProofFile(store_folder(base))
    assert again.proven("s3:a")
    assert not again.proven("s3:b")
    assert again.noted("s3:b") == NotedProof("2031-05-06T07:08:10Z", "two writers won")
    assert not again.proven("s3:c")
    names = sorted(path.name for path in (base / "stores").glob("*.json"))
    (base / "stores" / names[0]).replace(base / "stores" / names[1])
    assert {again.proven(address) for address in ("s3:a", "s3:b")} == {False}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b'{"address": "s3:a"}',
        b'{"address": "s3:a", "time": "t"}',
        b'{"address": "s3:a", "time": "t", "broken": null}',
        b'{"address": "s3:a", "time": "t", "broken": false}',
        b'{"address": "s3:a", "time": 7, "broken": ""}',
        b'{"address": "s3:b", "time": "t", "broken": ""}',
        b'{"time": "t", "broken": ""}',
        b"\x00",
    ],
)
def test_a_proof_that_cannot_be_one_proves_nothing(content: bytes, base: Path) -> None:
    proofs = ProofFile(store_folder(base))
    proofs.note("s3:a", NotedProof("2031-05-06T07:08:09Z", ""))
    (path,) = (base / "stores").glob("*.json")
    path.write_bytes(content)
    assert not proofs.proven("s3:a")
    assert proofs.noted("s3:a") is None
