"""Which addresses a token may be sent to."""

import pytest

from satops.adapters.marketplaces.eo_imagery import HttpMarketplace
from satops.adapters.marketplaces.eo_imagery.wire import base_url
from satops.adapters.token import Token
from satops.core.plan.address import require_host
from satops.core.plan.config import ApplyConfig, MarketplaceConfig
from satops.errors import UsageError
from tests.adapters.marketplaces import SECRET

LIVE = "https://eo-imagery.example/market_service"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        (LIVE, LIVE),
        (f"{LIVE}/", LIVE),
        ("http://127.0.0.1:8080/market_service", "http://127.0.0.1:8080/market_service"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:1/x", "http://[::1]:1/x"),
        ("http://127.9.9.9", "http://127.9.9.9"),
    ],
)
def test_https_and_loopback_are_taken(url: str, base: str) -> None:
    assert base_url(url) == base


@pytest.mark.parametrize(
    "url",
    [
        "http://eo-imagery.example/market_service", "http://10.0.0.1", "http://0.0.0.0",
        "http://localhost.example", "http://127.0.0.1.example", "http://[::2]/",
    ],
)  # fmt: skip
def test_plain_http_beyond_loopback_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(UsageError, match="plain HTTP"):
        HttpMarketplace(MarketplaceConfig(url=url), ApplyConfig(), Token(SECRET))


@pytest.mark.parametrize(
    "url",
    [
        "", "sandbox", "ftp://a/", "https://", "https:///x", "//a/b", "https://a:x/", "https://a:0/",
        "https://a:99999/", "https://[a/", "https://a/?x=1", "https://a/#x", "https://a b/",
        "https://a/\n", "https://ä.example/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match=r"marketplace\.url"):
        base_url(url)


def test_a_credential_in_the_address_is_refused_without_being_shown() -> None:
    with pytest.raises(UsageError, match="user name or a password") as caught:
        base_url("https://buyer:s3same@eo-imagery.example/")

    assert "s3same" not in str(caught.value)


@pytest.mark.parametrize(
    "expected",
    ["eo-imagery.example", "EO-imagery.example:443", "https://eo-imagery.example/other/path"],
)
def test_the_expected_host_passes(expected: str) -> None:
    require_host(LIVE, expected)


@pytest.mark.parametrize(
    "expected",
    [
        "other.example", "eo-imagery.example:8443", "example", "http://eo-imagery.example", "",
        "eo-imagery.example.other", "eo-imagery.example:x",
    ],
)  # fmt: skip
def test_another_host_port_or_scheme_is_refused(expected: str) -> None:
    with pytest.raises(UsageError, match="SATOPS_MARKETPLACE allows only"):
        require_host(LIVE, expected)
