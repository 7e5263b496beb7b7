"""S3 with Object Lock, as docs/stores.md recommends it, and how a store's refusals are named."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from satops.adapters.stores import objects_client
from satops.adapters.stores.objects import ObjectLedger
from satops.adapters.stores.objects_client import open_client, parse_address
from satops.adapters.stores.open import open_store, scratch_beside
from satops.core.ledger.chain import GENESIS
from satops.errors import HeadMoved, StoreUnreachable
from satops.workflow.proof import prove
from tests.chains import chain, placed, started
from tests.fakes.clock import FakeClock
from tests.net.strict_s3 import BUCKET, StrictS3, strict_s3

ADDRESS = f"s3://{BUCKET}/team"
FIRST, HEAD = started()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StrictS3]:
    with strict_s3() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        yield server


def test_a_ledger_in_a_bucket_with_object_lock(server: StrictS3) -> None:
    store, other = open_store(ADDRESS, Path()), open_store(ADDRESS, Path())
    store.append(FIRST, GENESIS)
    lines, _ = chain(placed("a"), head=HEAD)
    other.append(lines, HEAD.digest)
    late, _ = chain(placed("b"), head=HEAD)
    with pytest.raises(HeadMoved):
        store.append(late, HEAD.digest)
    assert list(store.read()) == [*FIRST, *lines]
    assert server.kept == [line + b"\n" for line in (*FIRST, *lines)]


def test_a_bucket_with_object_lock_is_proven(server: StrictS3) -> None:
    with scratch_beside(ADDRESS, Path()) as opened:
        assert prove(opened, FakeClock(), 5).holds
    assert server.objects == {}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (503, "SlowDown"), (403, "AccessDenied"), (403, "SignatureDoesNotMatch"),
        (400, "InvalidRequest"), (500, "InternalError"), (403, "RequestTimeTooSkewed"),
        (404, "NoSuchBucket"), (409, "OperationAborted"), (400, "KeyTooLongError"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("refused", [("GET",), ("PUT",), ("GET", "PUT")], ids=str)
def test_a_refusal_of_the_store_keeps_its_name(
    server: StrictS3, status: int, code: str, refused: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(
        objects_client, "_RETRIES",
        {"max_retries": 1, "retry_timeout": timedelta(seconds=2),
         "backoff": {"init_backoff": timedelta(milliseconds=1)}},
    )  # fmt: skip
    store = ObjectLedger(open_client(parse_address("s3", ADDRESS[3:])), shown=ADDRESS)
    store.append(FIRST, GENESIS)
    server.refusal, server.refused_methods = (status, code), refused
    lines, _ = chain(placed("a"), head=HEAD)

    def use() -> None:
        if refused == ("GET",):
            list(store.read())
        else:
            store.append(lines, HEAD.digest)

    with pytest.raises(StoreUnreachable) as caught:
        use()
    assert code in str(caught.value)
    server.refusal = None
    assert list(store.read()) == FIRST
