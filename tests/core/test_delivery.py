"""Links, names and contents of products: what is hostile in them leads nowhere."""

from hashlib import sha256

import pytest

from satops.core.delivery.content import HEAD_BYTES, refusal, suffix_of, type_of
from satops.core.delivery.link import (
    WrongLink,
    link_redactor,
    read_link,
    redirected,
    require_allowed,
)
from satops.core.delivery.names import part_name, product_key, sender_title

HOME = "https://market.example/market_service"
LINK = f"{HOME}/market/product/download?orderNo=0487eee9&id=69&sign=a%2Bb%2Fc%3D%3D"


def test_of_a_link_scheme_host_path_order_and_id_are_kept() -> None:
    link = read_link(LINK)
    assert link.product == "69"
    assert link.address == LINK.partition("&sign")[0]
    assert link.host == "market.example"
    assert "sign" not in repr(link)


@pytest.mark.parametrize("number", ["", "../x", "a b", "x" * 65, "-x", "é"])
def test_a_number_that_is_no_name_gives_way_to_digits_of_the_place(number: str) -> None:
    link = read_link(f"https://Images.example/p/1?id={number}&sign=s".replace("é", "%C3%A9")
                     .replace(" ", "%20"))  # fmt: skip
    assert link.product == sha256(b"images.example/p/1").hexdigest()[:12]


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://h/x", "http:///x", "https://u:p@h/x", "https://h:0/x", "https://h/ x",
     "https://h\\@evil/x", "https://h:99999/x", "https://h/\u202e"],
)  # fmt: skip
def test_what_is_no_link_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(WrongLink) as refused:
        read_link(url)
    assert not url or len(url) < 2 or url not in str(refused.value)


ALLOWED = {
    "https://market.example/x": True,
    "https://MARKET.example:443/x": True,
    "https://market.example:8443/x": False,
    "http://market.example/x": False,
    "https://market.example.evil/x": False,
    "https://images.example/x": True,
    "http://images.example/x": False,
    "https://images.example:8443/x": False,
    "https://other.example:8443/x": True,
    "http://127.0.0.1:9000/x": True,
    "http://127.0.0.1:9001/x": False,
}


@pytest.mark.parametrize("url", ALLOWED)
def test_links_lead_to_the_marketplace_and_to_named_hosts_only(url: str) -> None:
    hosts = ("images.example", "other.example:8443", "127.0.0.1:9000")
    if ALLOWED[url]:
        require_allowed(url, HOME, hosts)
        return
    with pytest.raises(WrongLink):
        require_allowed(url, HOME, hosts)


def test_redirects_are_seen_from_where_they_stand_and_never_leave_https() -> None:
    assert redirected("https://h/a/b?s=1", "c") == "https://h/a/c"
    assert redirected("https://h/a", "//other/x") == "https://other/x"
    with pytest.raises(WrongLink, match="plain http"):
        redirected("https://h/a", "http://h/a")


@pytest.mark.parametrize("form", [LINK, "sign=a%2Bb%2Fc%3D%3D", "a+b/c==", "a%2Bb%2Fc%3D%3D"])
def test_a_signature_is_taken_out_of_a_text_however_it_is_written(form: str) -> None:
    said = link_redactor([LINK])(f"no such page: {form}")
    assert "b/c" not in said
    assert "b%2Fc" not in said


REFUSALS = {
    b"": "no byte",
    b"<html><body>Sign in": "HTML",
    b"\xef\xbb\xbf\n <!-- x -->\n<!DOCTYPE html>": "HTML",
    b"<?xml version='1.0'?>\n<Error><Code>AccessDenied</Code></Error>": "XML error",
    b"<s3:Error xmlns:s3='x'/>": "XML error",
    b'{"code": "500", "message": "x", "data": null}': "marketplace's own",
    b'{"type": "FeatureCollection", "features": []}': "",
    b"<Product><Error>0.1</Error></Product>": "",
    b"<ErrorBudget/>": "",
    b"II*\0" + b"<html>": "",
    b"PK\x03\x04": "",
    b"plain text": "",
}


@pytest.mark.parametrize("head", REFUSALS)
def test_pages_errors_and_envelopes_are_no_products(head: bytes) -> None:
    assert REFUSALS[head] in refusal(head, len(head), "")
    assert (refusal(head, len(head), "") == "") == (REFUSALS[head] == "")


def test_a_page_is_known_by_its_type_too_unless_the_bytes_say_better() -> None:
    assert "HTML" in refusal(b"sorry", 5, "text/html; charset=utf-8")
    assert refusal(b"II*\0", 4, "text/html") == ""


def test_odd_beginnings_are_looked_through_in_a_moment() -> None:
    for head in (b"<!--" * 20_000, b"<?" * 40_000, b" " * HEAD_BYTES, b"<!-- --> " * 8_000):
        refusal(head[:HEAD_BYTES], len(head), "")


SUFFIXES = {
    (b"II*\0", "x.exe"): ".tif",
    (b"MM\0*", "IMAGE.TIFF"): ".tiff",
    (b"\x1f\x8b", "a.tar.gz"): ".tar.gz",
    (b"\x1f\x8b", "a"): ".gz",
    (b"PK\x03\x04", "a.docx"): ".zip",
    (b"\x89HDF\r\n\x1a\n", "a.nc"): ".nc",
    (b"\0\0\0\x0cjP  ", ""): ".jp2",
    (b"0" * 257 + b"ustar", ""): ".tar",
    (b"NITF02.10", ""): ".ntf",
    (b"lineOffset: 1", "a.RPB"): ".rpb",
    (b"{}", "a.geojson"): ".geojson",
    (b"<kml/>", "a.kml"): ".kml",
    (b"<x/>", "a.exe"): ".xml",
    (b"MZ", "setup.exe"): ".bin",
    (b"#!/bin/sh", "run.sh"): ".bin",
}


@pytest.mark.parametrize("given", SUFFIXES)
def test_a_suffix_is_that_of_the_content_then_of_a_name_from_a_list(
    given: tuple[bytes, str],
) -> None:
    head, title = given
    assert suffix_of(type_of(head, title), title) == SUFFIXES[given]


def test_a_path_is_made_of_order_product_and_hash_alone() -> None:
    digest = "0123456789abcdef" * 4
    assert product_key("a.b", "69", digest, ".tif") == "a.b/a.b.69.01234567.tif"
    for name, product in (("../a", "1"), ("a/b", "1"), ("a", "../1"), ("a", "x/y"), (".a", "1")):
        with pytest.raises(ValueError, match="alone"):
            product_key(name, product, digest, ".tif")
    assert part_name("a", "N/1", "69") != part_name("a", "N/2", "69")
    assert "/" not in part_name("a", "N/1", "69")


TITLES = {
    'attachment; filename="../../etc/x.tif"': "x.tif",
    'attachment; filename="..\\\\evil.tif"': "evil.tif",
    "attachment; filename=plain.tif; size=3": "plain.tif",
    "attachment": "last.zip",
    "": "last.zip",
    'x; filename="a\u202eb\x1b[2J.tif"': "ab[2J.tif",
}


@pytest.mark.parametrize("disposition", TITLES)
def test_the_senders_name_is_only_shown(disposition: str) -> None:
    assert sender_title(disposition, "/a/last.zip") == TITLES[disposition]
