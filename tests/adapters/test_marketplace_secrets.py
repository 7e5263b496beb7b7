"""The token is in the request's header and nowhere else, whatever a server does with it."""

import http.client
import json
import logging
import traceback
from urllib.parse import quote

import pytest

from satops.adapters.marketplaces.eo_imagery import HttpMarketplace
from satops.core.order.submission import InDoubt, Outcome, Rejection
from satops.errors import MarketplaceUnreachable
from tests.adapters.marketplaces import ORDER, SECRET, SOON_S, client
from tests.net.raw_server import RawServer, Script, Visit, receipt, refusal, says

JSON_SECRET = json.dumps(SECRET)[1:-1]


def echoes(data: bytes) -> Script:
    """Return a script that says something about the token and hangs up."""

    def script(visit: Visit) -> None:
        visit.send(data)
        visit.hang_up()

    return script


SERVERS: dict[str, Script] = {
    "in the message": says(refusal(400, f"bad key {SECRET}")),
    "in the message of no right": says(refusal(401, f"bad key {SECRET}"), "401 No"),
    "in a body of JSON": says({"code": 500, "echo": {"Authorization": SECRET}}),
    "in a page": says(f"<p>{SECRET}</p>", "502 Bad Gateway"),
    "in a page of a gateway": says(f"<p>{SECRET}</p>", "404 Not Found"),
    "in a redirect": says("", "302 Found", f"Location: https://a.example/?k={quote(SECRET)}\r\n"),
    "in a redirect, all quoted": says("", "302 Found", f"Location: /?{quote(SECRET, safe='')}\r\n"),
    "in a header that is none": says(receipt(""), headers=f"{SECRET}\r\nbroken header\r\n"),
    "in the status line": echoes(f"HTTP/1.1 {SECRET}\r\n\r\n".encode()),
    "in noise": echoes(f"{SECRET} {SECRET}\r\n\r\n".encode()),
    "at the end of a cut body": says("x" * 40 + SECRET[:12], length=4000),
    "around the cut of the excerpt": says("y" * (500 - 12) + SECRET, "500 Oops"),
    "in too many requests": says(refusal(429, SECRET), "429 Slow"),
}


def seen_of(outcome: Outcome) -> str:
    """Return every text that an outcome would leave somewhere."""
    return f"{outcome} {outcome!r}"


@pytest.fixture(params=sorted(SERVERS))
def server(request: pytest.FixtureRequest) -> Script:
    return SERVERS[request.param]


def test_a_server_that_echoes_the_token_brings_it_into_no_outcome_log_or_output(
    server: Script, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 2)
    caplog.set_level(logging.DEBUG)
    with RawServer(server) as running:
        outcome = client(running.url, answer_s=SOON_S).place(ORDER)

    output = capsys.readouterr()
    everything = seen_of(outcome) + caplog.text + output.out + output.err
    everything += "".join(f"{record.__dict__}" for record in caplog.records)
    assert running.requests[0].headers["authorization"] == SECRET
    for spelling in (SECRET, JSON_SECRET, quote(SECRET), quote(SECRET, safe=""), SECRET[:10]):
        assert spelling not in everything


def test_the_servers_in_these_tests_do_echo_the_token() -> None:
    with RawServer(SERVERS["in a page"]) as running:
        assert "[token]" in seen_of(client(running.url).place(ORDER))


@pytest.mark.parametrize(
    "read", [lambda m: list(m.orders()), lambda m: m.order("PROG_1")], ids=["orders", "order"]
)
def test_a_failing_read_brings_the_token_into_no_traceback(read: object, server: Script) -> None:
    assert callable(read)
    with RawServer(server) as running, pytest.raises(MarketplaceUnreachable) as caught:
        read(client(running.url, answer_s=SOON_S))

    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    for spelling in (SECRET, JSON_SECRET, quote(SECRET), quote(SECRET, safe=""), SECRET[:10]):
        assert spelling not in shown


def test_the_client_itself_shows_no_token() -> None:
    marketplace = client("https://marketplace.invalid")

    assert SECRET not in repr(marketplace)
    assert SECRET not in everything_within(marketplace)


def everything_within(marketplace: HttpMarketplace) -> str:
    """Return the attributes of an object and of theirs, as a crash report would print them."""
    first = vars(marketplace)
    return repr([first, *(vars(value) for value in first.values() if hasattr(value, "__dict__"))])


ECHOES = {
    "plain": SECRET,
    "in a longer one": f"PROG_{SECRET}_1",
    "in a URL": quote(SECRET, safe=""),
    "in a page": "".join(f"&#{ord(char)};" for char in SECRET),
    "cut": f"PROG_{SECRET[:20]}",
}


@pytest.mark.parametrize("number", ECHOES.values(), ids=ECHOES)
def test_an_order_number_that_holds_the_token_is_in_doubt_and_not_recorded(number: str) -> None:
    with RawServer(says(receipt(number))) as running:
        found = client(running.url).place(ORDER)

    assert isinstance(found, InDoubt)
    assert "[token]" in found.evidence
    for spelling in (SECRET, number, JSON_SECRET, quote(SECRET, safe="")):
        assert spelling not in seen_of(found)


@pytest.mark.parametrize("number", ECHOES.values(), ids=ECHOES)
def test_a_list_with_an_order_number_that_holds_the_token_is_no_list(number: str) -> None:
    rows = {"content": [{"orderNo": number, "type": 2}], "total": 1}
    with (
        RawServer(says({"code": 200, "data": rows})) as running,
        pytest.raises(MarketplaceUnreachable, match="holds a secret of ours") as caught,
    ):
        list(client(running.url).orders())

    assert SECRET not in str(caught.value)


def test_a_list_that_echoes_the_token_elsewhere_is_read_without_it() -> None:
    rows = {"content": [{"orderNo": "PROG_1", "type": 2, "timeEnd": f"by {SECRET}"}], "total": 1}
    with RawServer(says({"code": 200, "data": rows})) as running:
        (order,) = client(running.url).orders()

    assert (order.order_no, order.end) == ("PROG_1", "by [token]")


def test_another_token_in_an_answer_costs_no_time() -> None:
    other = SECRET[:-1] + "A" + SECRET * 20
    with RawServer(says(refusal(400, other * 50))) as running:
        assert isinstance(client(running.url).place(ORDER), Rejection)
