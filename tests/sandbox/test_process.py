"""The sandbox as processes: start, signals, a kill, and several servers on one file."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from satops.sandbox.__main__ import main
from satops.sandbox.options import Options
from satops.sandbox.server import serve_in_thread
from satops.sandbox.store import Store
from tests.sandbox.client import CREATE, connected, order, post, read_to_end, send, wait_until

Start = Callable[..., tuple["subprocess.Popen[str]", str]]


@pytest.fixture
def start(db: Path) -> Iterator[Start]:
    """Return what starts a server process on the test's file and waits until it is ready."""
    db.parent.mkdir()
    started = []

    def run(*arguments: str, **environment: str) -> tuple["subprocess.Popen[str]", str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "satops.sandbox", "--db", str(db), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        started.append(process)
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["pid"] == process.pid
        return process, ready["url"]

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_exit_code_0_and_no_word(start: Start, number: int) -> None:
    process, url = start()
    assert post(url, CREATE, order()).code == 200
    process.send_signal(number)
    rest, errors = process.communicate()
    assert (process.returncode, rest, errors) == (0, "", "")


def test_a_kill_loses_no_order_that_was_answered(start: Start, db: Path) -> None:
    process, url = start()
    numbers = [post(url, CREATE, order()).content["orderNo"] for _ in range(20)]
    process.kill()
    process.communicate()
    with Store(db) as store:
        assert [stored.order_no for stored in store.orders()] == numbers
        assert len(store.requests()) == 20


def test_several_servers_share_one_file(start: Start, db: Path) -> None:
    """How: both open the new file at the same moment, then four clients of each race."""
    urls: list[str] = []
    openers = [threading.Thread(target=lambda: urls.append(start()[1])) for _ in range(2)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()
    numbers: list[str] = []

    def buy(url: str, client: int) -> None:
        for serial in range(20):
            body = order(maxCloud=client, recurringDay=serial)
            numbers.append(post(url, CREATE, body).content["orderNo"])

    clients = [threading.Thread(target=buy, args=(urls[n % 2], n)) for n in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    with Store(db) as store:
        assert {stored.order_no for stored in store.orders()} == set(numbers)
        assert len(set(numbers)) == 160
        assert set(store.bought().values()) == {1}


def test_token_faults_and_options_come_from_files(start: Start, tmp_path: Path) -> None:
    token, faults, options = (tmp_path / name for name in ("token", "faults", "options"))
    token.write_text("right\n")
    faults.write_text('{"rules": [{"kind": "status", "status": 503, "count": 1}]}')
    options.write_text('{"order_numbers": "uuid", "without": ["query"]}')
    _, url = start(
        "--token-file", str(token), "--control", "--access-log",
        SATOPS_SANDBOX_FAULTS=str(faults), SATOPS_SANDBOX_OPTIONS=str(options),
    )  # fmt: skip
    assert send(url, CREATE, order(), {"X-API-Key": "right"}).status == 503
    assert send(url, CREATE, order(), {"X-API-Key": "wrong"}).status == 401
    number = send(url, CREATE, order(), {"X-API-Key": "right"}).content["orderNo"]
    assert re.fullmatch(r"[0-9a-f-]{36}", number)
    address = url.removesuffix("/market_service")
    assert send(address, "/_sandbox/orders", b"", method="GET").status == 200


def test_the_access_log_goes_to_the_standard_error(start: Start) -> None:
    process, url = start("--access-log")
    post(url, CREATE, order())
    process.terminate()
    rest, errors = process.communicate()
    assert rest == ""
    assert "POST /market_service/market/order/programming/create HTTP/1.1" in errors


@pytest.mark.parametrize(
    ("option", "content", "message"),
    [
        ("--faults", "{", "this is not JSON"),
        ("--faults", '{"rules": [{"kind": "clos"}]}', "faults, rule 1"),
        ("--options", '{"latency": 1}', "unknown field `latency`"),
        ("--token-file", " \n", "the token file is empty"),
    ],
)
def test_a_wrong_file_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, content: str, message: str
) -> None:
    file = tmp_path / "file"
    file.write_text(content)
    assert main(["--db", str(tmp_path / "sandbox.db"), option, str(file)]) == 64
    assert message in capsys.readouterr().err


def test_a_port_that_is_taken_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve_in_thread(tmp_path / "first.db") as sandbox:
        port = sandbox.address.rsplit(":", 1)[1]
        assert main(["--db", str(tmp_path / "second.db"), "--port", port]) == 64
    assert "in use" in capsys.readouterr().err


def test_nothing_is_left_running_after_the_block(db: Path) -> None:
    before = threading.active_count()
    with serve_in_thread(db) as sandbox:
        post(sandbox.url, CREATE, order())
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        send(sandbox.url, CREATE, order())
    assert [file.name for file in db.parent.iterdir()] == [db.name]


def test_an_error_within_the_block_stops_the_server_too(db: Path) -> None:
    class OfTheTest(Exception):
        pass

    with pytest.raises(OfTheTest), serve_in_thread(db) as sandbox:
        raise OfTheTest
    with pytest.raises(ConnectionRefusedError):
        send(sandbox.url, CREATE, order())


def test_latency_is_waited_beside_other_requests(db: Path) -> None:
    """How: each of two requests waits an hour; both are there at once, so neither blocks."""
    body = json.dumps(order()).encode()
    with serve_in_thread(db, options=Options(latency_ms=3_600_000)) as sandbox:
        connections = [connected(sandbox.url, CREATE, body) for _ in range(2)]
        wait_until(lambda: len(sandbox.store.requests()) == 2)
        assert sandbox.store.orders() == ()
    for connection in connections:
        with connection:
            assert read_to_end(connection) == b""
