"""The proxy of the environment: checked before anything is sent, and its password never shown."""

import base64
import traceback
from collections.abc import Callable
from urllib.parse import quote

import pytest

from satops.core.order.submission import NotSent
from satops.errors import MarketplaceUnreachable, UsageError
from tests.adapters.marketplaces import ORDER, client
from tests.net.raw_server import RawServer, Visit

HOST = "https://marketplace.invalid"
HOSTILE = {
    "a slash": "hush/hush7", "a hash": "hush#hush7", "a question mark": "hush?hush7",
    "blanks": "hush hush7", "a blank at the end": "hush7 ", "all of them": "hu/sh #?h@us:h7",
    "a line break": "hush\nhush7", "letters": "hush-ß-hush7", "a bracket": "hush[7]hush",
}  # fmt: skip
FINE = {"an at": "hush@hush7", "a colon": "hush:hush7", "escaped": quote("hu/sh#h us@h7", safe="")}


@pytest.fixture(autouse=True)
def _without_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("password", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("scheme", ["http://", "", "https://"])
def test_a_proxy_that_cannot_be_used_is_refused_at_once_and_not_shown(
    password: str, variable: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, f"{scheme}buyer:{password}@127.0.0.1:3128")
    with pytest.raises(UsageError, match="Nothing was sent") as caught:
        client(HOST)
    shown = "".join(traceback.format_exception(caught.value))
    for part in ("hush", "hu/sh", "h7", "buyer"):
        assert part not in shown


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:x", "http://127.0.0.1:99999", "http://:3128", "http://h:0", "socks5://h:1",
     "ftp://h:1", "http://h:1/path", "http://h:1?x", "h:", "http://[::1"],
)  # fmt: skip
def test_a_proxy_without_host_and_port_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(UsageError, match="HTTPS_PROXY"):
        client(HOST)


def _in_its_answer(password: str) -> bytes:
    return f"HTTP/1.1 407 {password}\r\n\r\n{password}".encode()


def _escaped(password: str) -> bytes:
    return f"HTTP/1.1 502 {quote(password, safe='')}\r\n\r\n".encode()


def _as_it_was_sent(password: str) -> bytes:
    sent = base64.b64encode(f"buyer:{password}".encode()).decode()
    return f"HTTP/1.1 407 Basic {sent}\r\n\r\n".encode()


def _as_noise(password: str) -> bytes:
    return f"{password} is wrong\r\n\r\n".encode()


@pytest.mark.parametrize("password", FINE.values(), ids=FINE)
@pytest.mark.parametrize("answer", [_in_its_answer, _escaped, _as_it_was_sent, _as_noise])
def test_a_proxy_that_repeats_its_password_brings_it_into_no_outcome(
    password: str, answer: Callable[[str], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = "hu/sh#h us@h7" if "%" in password else password

    def script(visit: Visit) -> None:
        visit.send(answer(plain))
        visit.hang_up()

    with RawServer(script) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://buyer:{password}@127.0.0.1:{proxy.port}")
        marketplace = client(HOST)
        found = marketplace.place(ORDER)
        with pytest.raises(MarketplaceUnreachable) as caught:
            marketplace.order("PROG_1")
    sent = base64.b64encode(f"buyer:{plain}".encode()).decode()
    assert proxy.requests[0].headers["proxy-authorization"] == f"Basic {sent}"
    assert isinstance(found, NotSent)
    for shown in (found.reason, str(caught.value), repr(marketplace)):
        for form in (password, plain, quote(plain), quote(plain, safe=""), sent):
            assert form not in shown


def test_a_proxy_that_is_not_for_this_host_is_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://buyer:hu/sh@h:1")
    monkeypatch.setenv("NO_PROXY", "marketplace.invalid")
    assert client(HOST).address == HOST
