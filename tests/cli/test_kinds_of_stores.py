"""Stores are opened and proven from one table: a kind that is new there is proven as what it is."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from satops.adapters.files.config_file import parse_config
from satops.adapters.stores import open as table
from satops.adapters.stores.open import KINDS, Kind, open_store, scratch_beside
from satops.core.ledger.chain import line_digest
from satops.errors import ExitCode, LedgerMissing, UsageError
from satops.ports import Promise
from tests.cli.conftest import Satops

ADDRESSES = {
    "file": "state/x.jsonl", "git": "", "postgresql": "//h/db", "s3": "//bucket", "gs": "//bucket",
    "az": "//bucket",
}  # fmt: skip


class Liar:
    """Takes every append, on whatever head."""

    address = "lies:"
    orders_per_append = 1

    def __init__(self, lines: list[bytes]) -> None:
        self.lines = lines

    def read(self, after: int = 0) -> Iterator[bytes]:
        if not self.lines:
            raise LedgerMissing("There is none.")
        yield from self.lines[after:]

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        if self.lines and line_digest(self.lines[-1]) != expected_head:
            return
        self.lines.extend(lines)


def test_every_kind_is_opened_and_proven_in_its_own_place(
    satops: Satops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "any")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "YW55")
    assert set(ADDRESSES) == set(KINDS)
    for scheme, kind in KINDS.items():
        real = open_store(f"{scheme}:{ADDRESSES[scheme]}", satops.root)
        opened, _ = kind.scratch(ADDRESSES[scheme], satops.root, "satops-probe-1")
        assert type(opened()) is type(real)
        assert kind.promise is (
            {"file": Promise.LOCAL_DISK, "git": Promise.PROTOCOL}.get(scheme, Promise.RACES)
        )


def test_an_address_of_no_kind_has_no_proof(satops: Satops) -> None:
    for address in ("mysql://h/db", "state/ledger.jsonl", "", "files:x"):
        with (
            pytest.raises(UsageError, match="names no kind of store"),
            scratch_beside(address, satops.root),
        ):
            pass


def test_every_kind_can_stand_in_satops_yaml(satops: Satops) -> None:
    for scheme in (*KINDS, "mysql"):
        text = f"state: '{scheme}:{ADDRESSES.get(scheme) or 'x'}'"
        if scheme in KINDS:
            assert parse_config(text.encode()).state
        else:
            with pytest.raises(UsageError):
                parse_config(text.encode())


def test_a_kind_that_lies_is_found_out_and_buys_nothing(
    satops: Satops, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, scratch = Liar([]), Liar([])
    lies = Kind(
        lambda rest, root, pages: real,
        lambda rest, root, name: (lambda: scratch, lambda: None),
        lambda rest, root: (),
        Promise.RACES,
    )
    monkeypatch.setattr(table, "KINDS", {**KINDS, "s3": lies})
    real.lines = (satops.root / "state" / "ledger.jsonl").read_bytes().splitlines()
    known = list(real.lines)
    satops.edit("satops.yaml", "state: file:state/ledger.jsonl", "state: 's3://bucket'")
    refused = satops("apply", "--yes")
    assert refused.code == ExitCode.REFUSED
    assert "was never proven" in refused.err
    doctor = satops("doctor")
    assert doctor.code == ExitCode.LEDGER
    assert "cannot keep a ledger" in doctor.out
    again = satops("apply", "--yes")
    assert again.code == ExitCode.REFUSED
    assert "broke its promise" in again.err
    assert real.lines == known


def test_the_liar_of_these_tests_lies() -> None:
    liar = Liar([b"{}"])
    liar.append([b"lost"], "another head")
    assert list(liar.read()) == [b"{}"]
    assert Path(table.__file__).name == "open.py"
