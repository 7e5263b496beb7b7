"""The ledger in object storage: its objects, its endpoints, and what the network does to them."""

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import obstore
import pytest

from satops.adapters.stores.objects import READS_AT_ONCE, ObjectLedger
from satops.adapters.stores.objects_client import ObjectAddress, open_client, parse_address
from satops.adapters.stores.open import open_store
from satops.core.json_text import loads
from satops.core.ledger.chain import GENESIS, Head
from satops.errors import HeadMoved, LedgerCorrupt, LedgerMissing, StoreUnreachable, UsageError
from tests.chains import chain, ledger_of, placed, started
from tests.net.wire import Exchange, Wire
from tests.servers.fleet import Servers
from tests.servers.objects import BUCKET, ObjectServer

NO_RETRIES = {"max_retries": 0}
FEW_RETRIES = {
    "max_retries": 2,
    "retry_timeout": timedelta(seconds=300),
    "backoff": {"init_backoff": timedelta(milliseconds=20), "max_backoff": timedelta(seconds=1)},
}


@pytest.fixture(params=["seaweedfs", "azurite", "gcs"])
def server(request: pytest.FixtureRequest, servers: Servers) -> ObjectServer:
    return servers.objects(request.param)


@pytest.fixture
def prefix(tmp_path: Path) -> str:
    return f"stores/{tmp_path.name}"


@pytest.fixture
def open_at(
    server: ObjectServer, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., ObjectLedger]:
    """Return what opens the ledger of this test, through any port that leads to the server."""

    def opened(
        port: int | None = None,
        retries: Mapping[str, object] = FEW_RETRIES,
        answer_s: float = 120.0,
    ) -> ObjectLedger:
        for name, value in server.behind(port or server.port).items():
            monkeypatch.setenv(name, value)
        address = parse_address(server.scheme, f"//{BUCKET}/{prefix}")
        client = open_client(address, answer_s=answer_s, retries=retries)
        return ObjectLedger(client, shown=address.shown)

    return opened


@pytest.fixture
def store(open_at: Callable[..., ObjectLedger]) -> ObjectLedger:
    """Return a store whose ledger has begun."""
    opened = open_at()
    opened.append(started()[0], GENESIS)
    return opened


@pytest.fixture
def wire(server: ObjectServer) -> Iterator[Wire]:
    with Wire(server.port) as wire:
        yield wire


def _next(name: str = "a") -> tuple[list[bytes], Head]:
    return chain(placed(name), head=started()[1])


def _objects(store: ObjectLedger) -> list[str]:
    return [found["path"] for page in obstore.list(store._client) for found in page]


def _answers_a_write(exchange: Exchange) -> bool:
    return exchange.sent.rfind(b"PUT /") > exchange.sent.rfind(b"GET /")


def test_an_append_is_one_object_named_by_its_first_event(store: ObjectLedger) -> None:
    lines, head = chain(*(placed(f"order-{number}") for number in range(4)), head=started()[1])
    store.append(lines, started()[1].digest)
    more, _ = chain(placed("last"), head=head)
    store.append(more, head.digest)
    assert _objects(store) == ["000000000001.jsonl", "000000000002.jsonl", "000000000006.jsonl"]
    content = bytes(obstore.get(store._client, "000000000002.jsonl").bytes())
    assert content == b"\n".join(lines) + b"\n"


def test_many_objects_are_read_in_order(open_at: Callable[..., ObjectLedger]) -> None:
    store, (lines, _) = open_at(), ledger_of(READS_AT_ONCE)
    for number, line in enumerate(lines, start=1):
        obstore.put(store._client, f"{number:012}.jsonl", line + b"\n")
    assert list(store.read()) == lines
    for after in (1, 2, READS_AT_ONCE, len(lines) - 1, len(lines), len(lines) + 5):
        assert list(open_at().read(after)) == lines[after:]


def test_reading_begins_in_the_middle_of_big_objects_and_far_from_small_ones(
    open_at: Callable[..., ObjectLedger],
) -> None:
    lines, _ = ledger_of(2000)
    store = open_at()
    for first, last in ((0, 1), (1, 3500), (3500, 3501), (3501, len(lines))):
        content = b"\n".join(lines[first:last]) + b"\n"
        obstore.put(store._client, f"{first + 1:012}.jsonl", content)
    for after in (0, 1, 2, 2400, 3499, 3500, 3501, 3502, len(lines) - 1, len(lines)):
        assert list(open_at().read(after)) == lines[after:], after


def test_one_event_is_read_from_one_object(
    store: ObjectLedger, open_at: Callable[..., ObjectLedger], wire: Wire
) -> None:
    head = started()[1]
    for number in range(20):
        lines, made = chain(placed(f"order-{number}"), head=head)
        store.append(lines, head.digest)
        head = made
    asked: list[bytes] = []

    def note(_: Exchange, chunk: bytes) -> bytes:
        asked.append(chunk)
        return chunk

    wire.to_server = note
    found = next(iter(open_at(wire.port).read(after=10)))
    assert loads(found)["seq"] == 11
    # The dot may come encoded, and a listing has its names behind a question mark.
    assert len(re.findall(rb"GET /[^ ?]+jsonl ", b"".join(asked))) == 1


def test_objects_of_others_are_not_taken_for_events(store: ObjectLedger) -> None:
    for name in (
        "README",
        "000000000002.json",
        "1.jsonl",
        "zz",
        "satops-probe-1/000000000002.jsonl",
    ):
        obstore.put(store._client, name, b"not an event\n")
    assert list(store.read()) == started()[0]
    store.append(_next()[0], started()[1].digest)
    assert list(store.read()) == started()[0] + _next()[0]


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_lost_object_is_a_broken_ledger_and_not_a_shorter_one(
    store: ObjectLedger, open_at: Callable[..., ObjectLedger], lost: int
) -> None:
    head = started()[1]
    for name in ("a", "b", "c"):
        lines, made = chain(placed(name), head=head)
        store.append(lines, head.digest)
        head = made
    obstore.delete(store._client, f"{lost:012}.jsonl")
    with pytest.raises(LedgerCorrupt, match=f"no object that begins with event {lost},"):
        list(open_at().read())


def test_an_object_that_does_not_end_with_a_line_is_a_broken_ledger(
    store: ObjectLedger, open_at: Callable[..., ObjectLedger]
) -> None:
    obstore.put(store._client, "000000000002.jsonl", b'{"cut')
    for attempt in (
        lambda: list(open_at().read()),
        lambda: open_at().append(_next()[0], started()[1].digest),
    ):
        with pytest.raises(LedgerCorrupt, match=r"000000000002\.jsonl .*does not end with a whole"):
            attempt()


def test_a_ledger_that_vanishes_is_missing_for_whoever_saw_it(store: ObjectLedger) -> None:
    store.remove()
    with pytest.raises(LedgerMissing):
        list(store.read())
    with pytest.raises(LedgerMissing):
        store.append(_next()[0], "f" * 64)


@pytest.mark.parametrize("retries", [NO_RETRIES, FEW_RETRIES])
def test_a_write_whose_answer_is_lost_is_known_for_ones_own(
    store: ObjectLedger,
    open_at: Callable[..., ObjectLedger],
    wire: Wire,
    retries: Mapping[str, object],
) -> None:
    far = open_at(wire.port, retries)
    assert list(far.read()) == started()[0]
    lost: list[bytes] = []

    def lose(exchange: Exchange, chunk: bytes) -> bytes | None:
        if _answers_a_write(exchange) and not lost:
            lost.append(chunk)
            exchange.cut()
            return None
        return chunk

    wire.to_client = lose
    far.append(_next()[0], started()[1].digest)
    assert lost
    assert list(store.read()) == started()[0] + _next()[0]


def test_a_refusal_that_comes_late_is_known_for_ones_own_write(
    store: ObjectLedger, open_at: Callable[..., ObjectLedger], wire: Wire
) -> None:
    far = open_at(wire.port, FEW_RETRIES, answer_s=4.0)
    assert list(far.read()) == started()[0]
    late: list[bytes] = []
    over = threading.Event()

    def delay(exchange: Exchange, chunk: bytes) -> bytes:
        if _answers_a_write(exchange) and not late:
            late.append(chunk)
            over.wait()  # the client gives up before this answer, and asks again
        return chunk

    wire.to_client = delay
    try:
        far.append(_next()[0], started()[1].digest)
    finally:
        over.set()
    assert late
    assert list(store.read()) == started()[0] + _next()[0]


def test_a_write_that_is_cut_on_its_way_is_not_there_and_can_be_made_again(
    store: ObjectLedger, open_at: Callable[..., ObjectLedger], wire: Wire
) -> None:
    far = open_at(wire.port, NO_RETRIES)
    assert list(far.read()) == started()[0]

    def cut(exchange: Exchange, chunk: bytes) -> bytes | None:
        if b"PUT /" not in chunk:
            return chunk
        exchange.server.sendall(chunk[: len(chunk) // 2])
        exchange.cut()
        return None

    wire.to_server = cut
    with pytest.raises(StoreUnreachable, match="is not there now"):
        far.append(_next()[0], started()[1].digest)
    assert list(store.read()) == started()[0]
    wire.to_server = lambda _, chunk: chunk
    far.append(_next()[0], started()[1].digest)
    assert list(store.read()) == started()[0] + _next()[0]


def test_a_write_and_a_look_that_both_fail_are_not_called_written_or_not(
    store: ObjectLedger, open_at: Callable[..., ObjectLedger], wire: Wire
) -> None:
    far = open_at(wire.port, NO_RETRIES)
    assert list(far.read()) == started()[0]
    cut_off = threading.Event()

    def lose(exchange: Exchange, chunk: bytes) -> bytes | None:
        if cut_off.is_set() or _answers_a_write(exchange):
            cut_off.set()
            exchange.cut()
            return None
        return chunk

    wire.to_client = lose
    with pytest.raises(StoreUnreachable, match="It is not known whether"):
        far.append(_next()[0], started()[1].digest)
    assert list(store.read()) == started()[0] + _next()[0]


def test_a_lost_answer_does_not_hide_that_somebody_else_was_first(
    store: ObjectLedger, open_at: Callable[..., ObjectLedger], wire: Wire
) -> None:
    far = open_at(wire.port, NO_RETRIES)
    assert list(far.read()) == started()[0]
    store.append(_next("theirs")[0], started()[1].digest)

    def lose(exchange: Exchange, chunk: bytes) -> bytes | None:
        if _answers_a_write(exchange):
            exchange.cut()
            return None
        return chunk

    wire.to_client = lose
    with pytest.raises(HeadMoved):
        far.append(_next("ours")[0], started()[1].digest)
    assert list(store.read()) == started()[0] + _next("theirs")[0]


def test_a_server_or_a_bucket_that_is_not_there_is_unreachable(
    open_at: Callable[..., ObjectLedger], server: ObjectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = open_at(1, NO_RETRIES)
    for attempt in (lambda: list(nowhere.read()), lambda: nowhere.append(started()[0], GENESIS)):
        with pytest.raises(StoreUnreachable) as caught:
            attempt()
        assert "Debug source" not in str(caught.value)
    open_at()
    lost = open_store(f"{server.scheme}://no-such-bucket/prefix", Path())
    with pytest.raises((StoreUnreachable, LedgerMissing)):
        lost.append(started()[0], GENESIS)


def test_the_endpoint_is_part_of_what_is_shown_and_remembered(
    store: ObjectLedger, server: ObjectServer
) -> None:
    assert store.address.startswith(f"{server.scheme}://{BUCKET}/stores/")
    assert f"?endpoint=http://127.0.0.1:{server.port}" in store.address


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "bucket",
        "//",
        "//B",
        "//bucket/a//b",
        "//bucket/../x",
        "//bucket/a?endpoint=x",
        "//b#x",
        "//bucket/a b",
    ],
)
def test_an_address_that_names_no_prefix_of_a_bucket_is_refused(rest: str) -> None:
    with pytest.raises(UsageError, match="s3://BUCKET/PREFIX"):
        parse_address("s3", rest, {})


@pytest.mark.parametrize(
    ("scheme", "variable"),
    [
        ("s3", "AWS_ENDPOINT_URL"),
        ("s3", "AWS_ENDPOINT_URL_S3"),
        ("gs", "GOOGLE_BASE_URL"),
        ("az", "AZURE_STORAGE_ENDPOINT"),
    ],
)
def test_plain_http_is_spoken_to_this_machine_alone(scheme: str, variable: str) -> None:
    def endpoint(value: str) -> str | None:
        return parse_address(scheme, "//bucket/p", {variable: value}).endpoint

    assert endpoint("https://storage.example.org:9000/") == "https://storage.example.org:9000"
    assert endpoint("http://127.0.0.1:9000") == "http://127.0.0.1:9000"
    for outside in (
        "http://storage.example.org",
        "http://127.0.0.1.example.org",
        "http://10.0.0.1",
    ):
        with pytest.raises(UsageError, match=f"{variable} is a plain http address"):
            endpoint(outside)
    for wrong in (
        "storage.example.org",
        "ftp://x",
        "https://user:secret@x",
        "https://x?sig=secret",
    ):
        with pytest.raises(UsageError, match="is not an address") as caught:
            endpoint(wrong)
        assert "secret" not in str(caught.value)


def test_an_environment_cannot_turn_conditions_off(
    servers: Servers, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers.objects("seaweedfs")
    for name, value in {**server.environ, "AWS_CONDITIONAL_PUT": "disabled"}.items():
        monkeypatch.setenv(name, value)
    first, second = (open_store(server.address(prefix), Path()) for _ in range(2))
    first.append(started()[0], GENESIS)
    assert list(second.read()) == started()[0]
    first.append(_next("a")[0], started()[1].digest)
    with pytest.raises(HeadMoved):
        second.append(_next("b")[0], started()[1].digest)


def test_without_the_package_the_command_that_installs_it_is_named() -> None:
    script = (
        "import sys; sys.modules['obstore'] = None\n"
        "from pathlib import Path\n"
        "from satops.adapters.stores.open import open_store\n"
        "try:\n    open_store('s3://bucket/prefix', Path())\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("UsageError")
    assert "pip install 'satops[cloud]'" in ran.stdout


def test_a_scratch_ledger_lies_below_the_real_one() -> None:
    address = ObjectAddress("s3", "bucket", "team", None)
    assert address.below("satops-probe-1").shown == "s3://bucket/team/satops-probe-1"
    assert ObjectAddress("s3", "bucket", "", None).below("p").shown == "s3://bucket/p"
