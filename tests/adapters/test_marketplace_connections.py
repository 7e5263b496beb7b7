"""Connections: reuse, threads, TLS, proxies, and what is taken from the environment."""

import json
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest

from satops.adapters.clock import monotonic_s
from satops.adapters.marketplaces.eo_imagery import HttpMarketplace
from satops.adapters.marketplaces.eo_imagery.wire import (
    ConnectedTooLate,
    Exchange,
    OneShotAdapter,
)
from satops.adapters.token import Token
from satops.core.order.submission import InDoubt, NotSent, Receipt
from satops.core.plan.config import ApplyConfig, MarketplaceConfig
from satops.errors import UsageError
from tests.adapters.marketplaces import ENOUGH_S, ORDER, SECRET, SOON_S, client
from tests.net.certificate import make_certificate, server_context
from tests.net.raw_server import RawServer, Script, Visit, http, receipt, says

SENDERS = 16
HOST = "https://marketplace.invalid"


def echo(visit: Visit) -> None:
    """Give each order the number that it asks for."""
    visit.send(http(json.dumps(receipt(visit.request.json()["wanted"]))))


# Once


def test_the_adapter_retries_nothing() -> None:
    retries = OneShotAdapter().max_retries
    assert (retries.total, retries.read) == (0, False)
    assert not any(retries.is_retry("POST", status, has_retry_after=True) for status in (429, 503))


def test_nothing_in_the_package_wraps_requests_in_retries() -> None:
    package = Path(__file__).parents[2] / "satops"
    stores = package / "adapters" / "stores"  # they never talk to the marketplace
    paths = [path for path in package.rglob("*.py") if not path.is_relative_to(stores)]
    lines = [line.strip() for path in paths for line in path.read_text("utf-8").splitlines()]

    words = ("max_retries", "Retry(", "tenacity", "backoff.on")

    assert [line for line in lines if any(word in line for word in words)] == [
        "super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)"
    ]


def test_a_kept_connection_that_dies_under_an_order_is_in_doubt_and_not_retried() -> None:
    def script(visit: Visit) -> None:
        if len(server.requests) == 1:
            echo(visit)
        else:
            visit.hang_up()

    with RawServer(script) as server:
        marketplace = client(server.url)
        first = marketplace.place(b'{"wanted":"PROG_1"}')
        second = marketplace.place(b'{"wanted":"PROG_2"}')

    assert first == Receipt("PROG_1")
    assert isinstance(second, InDoubt)
    assert [request.connection for request in server.requests] == [1, 1]


def test_a_kept_connection_that_the_server_has_closed_is_not_used_again() -> None:
    closed = threading.Event()

    def script(visit: Visit) -> None:
        echo(visit)
        visit.hang_up()
        closed.set()

    with RawServer(script) as server:
        marketplace = client(server.url)
        outcomes = []
        for number in ("PROG_1", "PROG_2"):
            closed.clear()
            outcomes.append(marketplace.place(json.dumps({"wanted": number}).encode()))
            assert closed.wait(ENOUGH_S)

    assert outcomes == [Receipt("PROG_1"), Receipt("PROG_2")]
    assert [request.connection for request in server.requests] == [1, 2]


def test_a_connection_that_was_idle_for_long_is_not_used_again() -> None:
    with RawServer(echo) as server:
        marketplace = client(server.url, idle_s=0.01)
        for number in ("PROG_1", "PROG_2"):
            assert marketplace.place(json.dumps({"wanted": number}).encode()) == Receipt(number)
            sleep(0.02)

    assert [request.connection for request in server.requests] == [1, 2]


def test_closing_lets_go_of_idle_connections_and_the_client_still_works() -> None:
    with RawServer(echo) as server:
        marketplace = client(server.url)
        for number in ("PROG_1", "PROG_2"):
            assert marketplace.place(json.dumps({"wanted": number}).encode()) == Receipt(number)
            marketplace.close()

    assert [request.connection for request in server.requests] == [1, 2]


def test_sixteen_senders_at_a_time_get_each_their_own_answer_on_kept_connections() -> None:
    barrier = threading.Barrier(SENDERS, timeout=ENOUGH_S)

    def script(visit: Visit) -> None:
        barrier.wait()
        echo(visit)

    numbers = [f"PROG_{index}" for index in range(3 * SENDERS)]
    with RawServer(script) as server, ThreadPoolExecutor(SENDERS) as senders:
        marketplace = client(server.url)
        orders = [json.dumps({"wanted": number}).encode() for number in numbers]
        outcomes = list(senders.map(marketplace.place, orders))

    assert outcomes == [Receipt(number) for number in numbers]
    assert len(server.requests) == len(numbers)
    assert server.connections == SENDERS


# Late


def test_a_connection_that_took_all_the_time_writes_nothing() -> None:
    exchange = Exchange(connect_by=monotonic_s(), answer_timeout_s=60, bytes_left=1000)

    with pytest.raises(ConnectedTooLate):
        exchange.begin_sending()

    assert not exchange.sent


def test_the_longest_answer_covers_connecting_and_answering() -> None:
    apply = ApplyConfig(connect_timeout_s=3, answer_timeout_s=7)
    marketplace = HttpMarketplace(MarketplaceConfig(url=HOST), apply, Token(SECRET))

    assert marketplace.longest_answer_s >= 10


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def test_an_unknown_authority_is_not_sent_and_named_with_what_to_do(certificate: Path) -> None:
    with RawServer(echo, server_context(certificate)) as server:
        found = client(server.url).place(ORDER)

    assert isinstance(found, NotSent)
    assert "signed by an authority that this machine does not know" in found.reason
    assert "name it in REQUESTS_CA_BUNDLE or SSL_CERT_FILE" in found.reason
    assert "self-signed" in found.reason or "self signed" in found.reason
    assert server.requests == []


def test_a_server_that_refuses_the_handshake_is_not_sent() -> None:
    with RawServer(echo, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)) as server:
        found = client(server.url).place(ORDER)

    assert isinstance(found, NotSent)
    assert found.reason.startswith("The TLS handshake failed.")


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
def test_a_server_without_tls_is_not_sent(greeting: bytes) -> None:
    def plain(visit: Visit) -> None:
        visit.send(greeting)
        visit.hang_up()

    with RawServer(plain, greets=True) as server:
        found = client(server.url.replace("http:", "https:")).place(ORDER)

    assert isinstance(found, NotSent)


def test_a_handshake_that_stalls_is_not_sent() -> None:
    with RawServer(Visit.stall, greets=True) as server:
        found = client(server.url.replace("http:", "https:"), connect_s=SOON_S).place(ORDER)

    assert isinstance(found, NotSent)
    assert found.reason.startswith("No connection could be made in time.")


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_environment_may_name_the_authorities(
    variable: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(certificate))
    with RawServer(echo, server_context(certificate)) as server:
        found = client(server.url).place(b'{"wanted":"PROG_1"}')

    assert found == Receipt("PROG_1")
    assert len(server.requests) == 1


def test_a_dripped_answer_over_tls_ends_at_the_deadline(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    answer = http(json.dumps(receipt("PROG_1")))
    with RawServer(lambda v: v.drip(answer, every_s=0.02), server_context(certificate)) as server:
        apply = ApplyConfig(connect_timeout_s=ENOUGH_S, answer_timeout_s=SOON_S)
        config = MarketplaceConfig(url=server.url)
        found = HttpMarketplace(config, apply, Token(SECRET)).place(ORDER)

    assert isinstance(found, InDoubt)
    assert found.reason == "No whole answer came within the deadline."
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file"), ("", "no certificate"), ("PEM", "no certif")]
)
@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_bundle_that_cannot_be_loaded_is_refused_at_the_start(
    variable: str, content: str | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_text(content)
    monkeypatch.setenv(variable, str(bundle))

    with pytest.raises(UsageError, match=f"^{variable} names {bundle} .*{reason}"):
        client(HOST)
    client("http://127.0.0.1:1").close()


# Proxies


def proxied(
    proxy: RawServer, monkeypatch: pytest.MonkeyPatch, connect_s: float = ENOUGH_S
) -> HttpMarketplace:
    """Return a client that reaches the world through a proxy on loopback."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://buyer:s3same@127.0.0.1:{proxy.port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    return client(HOST, connect_s=connect_s)


def answer_with(data: bytes) -> Script:
    """Return a script that says something and hangs up."""

    def script(visit: Visit) -> None:
        visit.send(data)
        visit.hang_up()

    return script


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\nno",
        b"noise\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nno TLS at all",
    ],
    ids=["407", "502", "noise", "closed", "closed after", "no TLS"],
)
def test_a_proxy_that_makes_no_connection_is_not_sent(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(answer_with(data)) as proxy:
        found = proxied(proxy, monkeypatch).place(ORDER)

    (request,) = proxy.requests
    assert isinstance(found, NotSent)
    assert "s3same" not in found.reason
    assert request.method == "CONNECT"
    assert SECRET not in str(request.headers)


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 90])
def test_a_proxy_that_drips_its_answer_ends_and_is_not_sent(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(visit: Visit) -> None:
        visit.drip(data, every_s=0.02)
        visit.stall()

    with RawServer(script) as proxy:
        found = proxied(proxy, monkeypatch, SOON_S).place(ORDER)

    assert isinstance(found, NotSent)


def tunnel(server: RawServer, *, delay_s: float) -> Script:
    """Return what a proxy does that carries bytes, waiting before each of two steps."""

    def script(visit: Visit) -> None:
        visit.stopping.wait(delay_s)
        visit.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        visit.tunnel(server.port, after_s=delay_s)
        visit.hang_up()

    return script


def test_an_order_goes_through_a_proxy_that_never_sees_the_token(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with (
        RawServer(says(receipt("PROG_1")), server_context(certificate)) as server,
        RawServer(tunnel(server, delay_s=0)) as proxy,
    ):
        marketplace = proxied(proxy, monkeypatch)
        outcomes = [marketplace.place(ORDER) for _ in range(2)]
        marketplace.close()

    assert outcomes == [Receipt("PROG_1")] * 2
    assert [request.headers["authorization"] for request in server.requests] == [SECRET] * 2
    assert [request.method for request in proxy.requests] == ["CONNECT"]


def test_nothing_is_sent_where_each_step_was_in_time_but_all_together_were_late(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with (
        RawServer(says(receipt("PROG_1")), server_context(certificate)) as server,
        RawServer(tunnel(server, delay_s=SOON_S * 0.6)) as proxy,
    ):
        found = proxied(proxy, monkeypatch, SOON_S).place(ORDER)

    assert isinstance(found, NotSent)
    assert server.requests == []


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_loopback_is_never_reached_through_a_proxy(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(echo) as server, RawServer(echo) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        found = client(server.url).place(b'{"wanted":"PROG_1"}')

    assert found == Receipt("PROG_1")
    assert proxy.connections == 0


# What else the environment and the server would slip in


def test_netrc_does_not_replace_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login buyer password other\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with RawServer(echo) as server:
        client(server.url).place(b'{"wanted":"PROG_1"}')

    assert server.requests[0].headers["authorization"] == SECRET


def test_the_token_goes_into_the_header_that_the_configuration_names() -> None:
    with RawServer(echo) as server:
        config = MarketplaceConfig(url=server.url, header="X-API-Key")
        HttpMarketplace(config, ApplyConfig(), Token(SECRET)).place(b'{"wanted":"PROG_1"}')

    assert server.requests[0].headers["x-api-key"] == SECRET
    assert "authorization" not in server.requests[0].headers


def test_a_cookie_is_not_kept() -> None:
    with RawServer(says(receipt("PROG_1"), headers="Set-Cookie: sid=1; Path=/\r\n")) as server:
        marketplace = client(server.url)
        marketplace.place(ORDER)
        marketplace.place(ORDER)

    assert ["cookie" in request.headers for request in server.requests] == [False, False]
