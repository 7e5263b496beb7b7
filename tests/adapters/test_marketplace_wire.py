"""What happens to one order on the wire, each case on a real socket.

Each test also counts the requests that the server read: one, or none, and never two.
"""

import gzip
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from satops.adapters.marketplaces.eo_imagery.client import RECEIPT_BYTES_MAX
from satops.core.order.submission import InDoubt, NotSent, Receipt, Rejection
from tests.adapters.marketplaces import ENOUGH_S, ORDER, PARTLY_S, SECRET, SOON_S, client
from tests.net.raw_server import RawServer, Script, Visit, http, receipt, refusal, says

RECEIPT = http(json.dumps(receipt("PROG_1")))


def in_doubt(script: Script, *, answer_s: float = ENOUGH_S) -> InDoubt:
    """Send one order to a server that follows the script, and check that it came once."""
    with RawServer(script) as server:
        found = client(server.url, answer_s=answer_s).place(ORDER)
    assert isinstance(found, InDoubt)
    assert len(server.requests) == 1
    return found


def test_an_order_is_posted_as_json_with_the_token_and_nothing_else_of_ours() -> None:
    with RawServer(says(receipt("PROG_1"))) as server:
        found = client(f"{server.url}/market_service/").place(ORDER)

    (request,) = server.requests
    assert found == Receipt("PROG_1")
    assert (request.method, request.body) == ("POST", ORDER)
    assert request.path == "/market_service/market/order/programming/create"
    assert request.headers["authorization"] == SECRET
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["user-agent"].startswith("satops/")
    assert "cookie" not in request.headers


# Not sent


def test_a_refused_connection_is_not_sent() -> None:
    with socket.socket() as nobody:  # holds its port, and does not listen
        nobody.bind(("127.0.0.1", 0))
        found = client(f"http://127.0.0.1:{nobody.getsockname()[1]}").place(ORDER)

    assert isinstance(found, NotSent)
    assert found.reason.startswith("The connection was refused.")


def test_a_name_that_is_not_found_is_not_sent() -> None:
    found = client("https://marketplace.invalid").place(ORDER)

    assert isinstance(found, NotSent)
    assert found.reason.startswith("The name of the marketplace's host was not found.")


@contextmanager
def silent_address() -> Iterator[int]:
    """Give the port of a listener whose queue is full: the system drops who knocks."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = []
        for _ in range(8):
            sock = socket.socket()
            sock.setblocking(False)
            with suppress(BlockingIOError):
                sock.connect(listener.getsockname())
            waiting.append(sock)
        yield listener.getsockname()[1]
        for sock in waiting:
            sock.close()


def test_a_connection_that_is_not_made_in_time_is_not_sent() -> None:
    with silent_address() as port:
        found = client(f"http://127.0.0.1:{port}", connect_s=SOON_S).place(ORDER)

    assert isinstance(found, NotSent)
    assert found.reason.startswith("No connection could be made in time.")


# Cut, reset, stalled


def cut_at(share: float) -> Script:
    """Send a part of a receipt and hang up."""

    def script(visit: Visit) -> None:
        visit.send(RECEIPT[: int(len(RECEIPT) * share)])
        visit.hang_up()

    return script


@pytest.mark.parametrize("end", [Visit.hang_up, Visit.reset], ids=["closed", "reset"])
def test_a_cut_before_the_answer_is_in_doubt(end: Callable[[Visit], None]) -> None:
    assert in_doubt(end).evidence == "no byte came back"


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.99])
def test_a_cut_during_the_answer_is_in_doubt_and_keeps_what_came(share: float) -> None:
    assert "HTTP" in in_doubt(cut_at(share)).evidence or share < 0.1


def test_a_cut_body_that_holds_a_number_is_in_doubt_and_shows_the_number() -> None:
    found = in_doubt(
        says(receipt("PROG_1"), length=5000, headers="Connection: close\r\n"), answer_s=PARTLY_S
    )

    assert found.reason == "No whole answer came within the deadline."
    assert "PROG_1" in found.evidence


def test_a_reset_in_the_middle_of_the_body_is_in_doubt() -> None:
    def script(visit: Visit) -> None:
        visit.send(RECEIPT[:-5])
        visit.reset()

    in_doubt(script)


def test_a_cut_after_the_whole_answer_is_a_receipt() -> None:
    with RawServer(cut_at(1)) as server:
        assert client(server.url).place(ORDER) == Receipt("PROG_1")
    assert len(server.requests) == 1


def test_an_answer_that_the_end_of_the_connection_ends_is_read_whole() -> None:
    def script(visit: Visit) -> None:
        visit.send(b"HTTP/1.0 200 OK\r\n\r\n" + json.dumps(receipt("PROG_1")).encode())
        visit.hang_up()

    with RawServer(script) as server:
        assert client(server.url).place(ORDER) == Receipt("PROG_1")
    assert len(server.requests) == 1


def after(data: bytes) -> Script:
    """Send some bytes, then nothing more."""

    def script(visit: Visit) -> None:
        visit.send(data)
        visit.stall()

    return script


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        RECEIPT[:-1],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5",
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"cod',
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"cod\r\n0\r\n',
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
    ],
    ids=["silence", "headers", "body", "no chunk", "size", "chunk", "last chunk", "continue"],
)
def test_an_answer_that_stalls_is_in_doubt_at_the_deadline(data: bytes) -> None:
    found = in_doubt(after(data), answer_s=SOON_S)

    assert found.reason == "No whole answer came within the deadline."


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(
    b"1\r\n%c\r\n" % byte for byte in json.dumps(receipt("PROG_1")).encode()
)


@pytest.mark.parametrize(
    "data",
    [
        RECEIPT,
        RECEIPT.replace(b"\r\n\r\n", b"\r\nX-Slow: " + b"z" * 300 + b"\r\n\r\n"),
        b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + RECEIPT,
        CHUNKED + b"0\r\n\r\n",
    ],
    ids=["answer", "header", "continue", "chunks"],
)
def test_an_answer_that_drips_ends_at_the_deadline_though_it_would_be_a_receipt(
    data: bytes,
) -> None:
    def script(visit: Visit) -> None:
        visit.drip(data, every_s=0.02)

    assert in_doubt(script, answer_s=SOON_S).reason == "No whole answer came within the deadline."


def test_a_dripped_body_ends_at_the_deadline_though_it_would_be_a_receipt() -> None:
    head, _, body = RECEIPT.partition(b"\r\n\r\n")

    def script(visit: Visit) -> None:
        visit.send(head + b"\r\n\r\n")
        visit.drip(body, every_s=0.1)

    found = in_doubt(script, answer_s=PARTLY_S)

    assert found.reason == "No whole answer came within the deadline."
    assert found.evidence.startswith("HTTP 200; content-type: application/json")


def test_chunks_and_interim_answers_that_come_in_time_make_a_receipt() -> None:
    with RawServer(
        lambda visit: visit.send(b"HTTP/1.1 100 Continue\r\n\r\n" + CHUNKED + b"0\r\n\r\n")
    ) as server:
        assert client(server.url).place(ORDER) == Receipt("PROG_1")
    assert len(server.requests) == 1


# Answers that are none


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n\r\n",
        b'{"code":200,"data":{"orderNo":"PROG_1"}}\r\n\r\n',
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/9 200 OK\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["noise", "bare body", "status", "version", "binary", "long header", "headers", "chunk"],
)
def test_noise_that_is_no_http_is_in_doubt(data: bytes) -> None:
    def script(visit: Visit) -> None:
        visit.send(data)
        visit.hang_up()

    assert in_doubt(script).evidence


def test_headers_that_were_cut_are_kept_as_evidence_without_cookies() -> None:
    headers = b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=private\r\nServer: odd\r\n"

    evidence = in_doubt(after(headers), answer_s=PARTLY_S).evidence

    assert "Server: odd" in evidence
    assert "private" not in evidence


@pytest.mark.parametrize("length", [RECEIPT_BYTES_MAX + 1, 3 * RECEIPT_BYTES_MAX])
def test_a_huge_body_is_not_read_to_its_end(length: int) -> None:
    found = in_doubt(says(b" " * length))

    assert found.reason == "The answer is too long."


def test_a_body_without_end_is_cut() -> None:
    def script(visit: Visit) -> None:
        visit.send(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(OSError):
            while not visit.stopping.is_set():
                visit.send(b" " * 65536)

    assert in_doubt(script).reason == "The answer is too long."


def test_a_chunk_size_without_end_is_cut() -> None:
    def script(visit: Visit) -> None:
        visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        with suppress(OSError):
            while not visit.stopping.is_set():
                visit.send(b"0" * 65536)

    assert in_doubt(script).evidence.startswith("HTTP 200; transfer-encoding: chunked")


def test_interim_answers_without_end_are_cut() -> None:
    def script(visit: Visit) -> None:
        with suppress(OSError):
            while not visit.stopping.is_set():
                visit.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)

    assert in_doubt(script).reason == "The answer is too long."


@pytest.mark.parametrize("status", ["200 OK", "302 Found", "404 Not Found"])
def test_a_gzip_bomb_is_not_expanded(status: str) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    headers = "Content-Encoding: gzip\r\nLocation: http://127.0.0.1:1/\r\n"

    with RawServer(says(bomb, status, headers)) as server:
        found = client(server.url).place(ORDER)

    assert isinstance(found, InDoubt)
    assert len(server.requests) == 1


def test_no_content_is_in_doubt() -> None:
    found = in_doubt(lambda visit: visit.send(b"HTTP/1.1 204 No Content\r\n\r\n"))

    assert found.evidence.startswith("HTTP 204")


# Redirects


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirect_is_in_doubt_and_nothing_arrives_at_the_other_host(status: int) -> None:
    with RawServer(says(receipt("PROG_ELSEWHERE"))) as other:
        location = f"Location: http://localhost:{other.port}/steal\r\n"
        found = in_doubt(says(b"", f"{status} Moved", location))

    assert found.reason == "The marketplace redirects; satops does not follow."
    assert f"http://localhost:{other.port}/steal" in found.evidence
    assert (other.connections, other.requests) == (0, [])


@pytest.mark.parametrize(
    "location", ["", "http://[", "\xff\xfe", "//", "ftp://x/", "http://user:p@:0"]
)
def test_a_redirect_to_nowhere_is_in_doubt_too(location: str) -> None:
    script = says(b"", "302 Found", f"Location: {location}\r\n")

    assert in_doubt(script).reason == "The marketplace redirects; satops does not follow."


# Answers with a status, as the table says, once over the wire


@pytest.mark.parametrize("code", [400, 401, 403])
@pytest.mark.parametrize("by_status", [True, False])
def test_a_refusal_is_a_rejection_by_status_or_by_code(code: int, *, by_status: bool) -> None:
    with RawServer(says(refusal(code), f"{code} No" if by_status else "200 OK")) as server:
        found = client(server.url).place(ORDER)

    assert found == Rejection(code, "Satellite not available", stops_run=code in {401, 403})
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [404, 405, 411, 413, 414, 415, 422])
@pytest.mark.parametrize("body", ["<html>no</html>", refusal(400)], ids=["gateway", "envelope"])
def test_a_refusing_status_is_a_rejection(status: int, body: object) -> None:
    with RawServer(says(body, f"{status} No")) as server:
        found = client(server.url).place(ORDER)

    assert isinstance(found, Rejection)
    assert found.stops_run is isinstance(body, str)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [402, 408, 409, 418, 500, 501, 502, 503, 504, 599])
@pytest.mark.parametrize("body", ["<html>oops</html>", refusal(400), receipt()], ids=repr)
def test_an_unclear_status_is_in_doubt_and_sent_once(status: int, body: object) -> None:
    headers = "Retry-After: 0\r\nConnection: close\r\n"

    assert f"HTTP {status}" in in_doubt(says(body, f"{status} Hm", headers)).evidence


@pytest.mark.parametrize("body", [refusal(500), receipt(""), receipt(None), "not JSON"], ids=repr)
def test_success_without_proof_is_in_doubt(body: object) -> None:
    in_doubt(says(body))


@pytest.mark.parametrize(("header", "seconds"), [("Retry-After: 3\r\n", 3), ("", 5)])
def test_429_is_left_to_the_caller_to_repeat(header: str, seconds: float) -> None:
    with RawServer(says("slow down", "429 Too Many Requests", header)) as server:
        found = client(server.url).place(ORDER)

    assert found == Rejection(429, "Too many requests.", retry_after_s=seconds)
    assert len(server.requests) == 1
