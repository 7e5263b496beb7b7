"""Secrets are found in texts whatever a server spells them as, in time that the text bounds."""

import base64
import html
import json
import time
from collections.abc import Callable
from itertools import product
from urllib.parse import quote, quote_plus

import pytest

from satops.core.redaction import (
    Redactor,
    passwords_in,
    passwords_of,
    shown_address,
    without_credentials,
)

SECRETS = {
    "a token": "eyJhbGciOi.J9-x_y/z+w==",
    "blanks": "pass word of two",
    "marks of URLs": "p@ss/w#rd?&=%:x",
    "marks of JSON": "q\"u\\o'te\\n",
    "looks like an escape": "50%41\\u0041&amp;x",
    "not ASCII": "пароль-ß-é",
}
SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON with letters": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON of Java": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "all escaped": lambda text: "".join(f"\\u{ord(char):04X}" for char in text),
    "a URL": quote,
    "a URL, all": lambda text: quote(text, safe=""),
    "a URL in small letters": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "a form": quote_plus,
    "a page": html.escape,
    "numbers of a page": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "hexes of a page": lambda text: "".join(f"&#x{ord(char):04x};" for char in text),
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("outer", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("inner", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_is_found_in_every_form_and_in_forms_of_forms(
    secret: str, outer: Callable[[str], str], inner: Callable[[str], str]
) -> None:
    told = outer(inner(secret))
    redacted = Redactor({secret: "[gone]"})(f"before {told} after, {told}")
    assert redacted == "before [gone] after, [gone]"


def test_each_letter_may_be_spelled_otherwise() -> None:
    secret = "abc/+def"
    ways = [f"\\u{0:02d}%s", "%%%s", "\\x%s", "&#x%s;"]
    for way, other in product(ways, ways):
        told = "".join(
            (way if number % 2 else other) % f"{ord(char):02x}"
            for number, char in enumerate(secret)
        )
        assert Redactor({secret: "[gone]"})(f"<{told}>") == "<[gone]>"


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("cut", range(8, 14))
def test_a_secret_that_the_end_has_cut_is_found(spelled: Callable[[str], str], cut: int) -> None:
    secret = "eyJhbGciOi.J9-x_y/z+w=="
    told = spelled(secret)
    share = len(told) * cut // len(secret)
    assert Redactor({secret: "[gone]"})(f"sent {told[:share]}") == "sent [gone]"


def test_other_texts_stay_as_they_are() -> None:
    redact = Redactor({"eyJhbGciOi.J9": "[gone]"})
    for text in ("", "eyJhb", "eyJhbGciOi.J8 and more", "100 %", "\\", "&amp;", "a\\u00", "%4"):
        assert redact(text) == text
    assert Redactor({})("anything") == Redactor({"": "x"})("anything") == "anything"
    assert "eyJ" not in repr(redact)


@pytest.mark.parametrize(
    "text",
    [
        # Each is made of what made the search try every way to read it.
        "eyJhbGciOi.J9-x_y/z+w=" * 20_000, "\\" * 400_000, "%" * 400_000, "&" * 400_000,
        "&#x" + "0" * 400_000, "%65" * 130_000, "\\u0065" * 60_000, "&#101;" * 60_000,
        "\\\\" * 200_000, "a" * 400_000, "%2565" * 80_000, "https://" * 50_000, "'" * 400_000,
        "e" * 400_000 + "yJhbG",
    ],
    ids=lambda text: f"{text[:8]} and so on",
)  # fmt: skip
def test_the_time_is_in_proportion_to_the_text(text: str) -> None:
    redact = Redactor({"eyJhbGciOi.J9-x_y/z+w==": "[gone]", "e" * 4000 + "f": "[gone]"})

    def seconds(told: str) -> float:
        begun = time.process_time()
        redact(told)
        without_credentials(told)
        return time.process_time() - begun

    assert seconds(text) < 30 * seconds(text[: len(text) // 8]) + 2


def test_a_secret_with_much_in_common_with_itself_is_searched_in_time() -> None:
    secret = "a" * 8000 + "b"
    begun = time.process_time()
    assert Redactor({secret: "[gone]"})("x" + "a" * 1_000_000).endswith("[gone]")
    assert time.process_time() - begun < 10


PASSWORDS = ["secret/1", "se#cret1", "se cret1", "se@cret1", "secret%2F1", "s:e:c:r:et", "@@//##  "]


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "http_proxy"])
@pytest.mark.parametrize("address", ["http://ada:{}@proxy:1", "ada:{}@proxy:1", "socks5://a:{}@p"])
def test_the_password_of_a_proxy_is_known_whatever_it_holds(
    password: str, name: str, address: str
) -> None:
    redact = Redactor(passwords_of({name: address.format(password), "OTHER": "x"}))
    for told in (password, quote(password), quote(password, safe="")):
        assert redact(f"<{told}>") == "<[password]>"
    user = "a" if address.startswith("socks") else "ada"
    sent = base64.b64encode(f"{user}:{password}".encode()).decode()
    assert redact(f"Proxy-Authorization: Basic {sent}.") == (
        "Proxy-Authorization: Basic [password]."
    )


def test_the_password_of_a_database_is_known() -> None:
    assert Redactor(passwords_of({"PGPASSWORD": "p ss/w"}))("<p%20ss%2fw>") == "<[password]>"


@pytest.mark.parametrize("address", ["", "proxy:3128", "http://proxy", "http://ada@proxy", "://@"])
def test_an_address_without_a_password_hides_nothing(address: str) -> None:
    assert passwords_in(address) == {}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("fatal: 'https://a:b@host/x' not found", "fatal: 'https://host/x' not found"),
        ("'https://a:b/c@host/x'", "'https://host/x'"),
        ("'https://a:b c@host/x'", "'https://host/x'"),
        ('"ssh://a:b@c@host"', '"ssh://host"'),
        ("https://token@host https://u:p@other", "https://host https://other"),
        ("https://a:b", "https://a"),
        ("at 'https://h:22/x' or https://h:22", "at 'https://h:22/x' or https://h:22"),
        (
            "x postgresql://h/d?sslmode=y&password=a@b",
            "x postgresql://h/d?sslmode=y&password=[hidden]",
        ),
        ("'host=h password=a b c' is wrong", "'host=h password=[hidden]' is wrong"),
        ("mail ada@example.org about https://host/x", "mail ada@example.org about https://host/x"),
    ],
)
def test_addresses_lose_their_credentials(text: str, left: str) -> None:
    assert without_credentials(text) == left


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("file:state/ledger.jsonl", "file:state/ledger.jsonl"),
        ("git:satops-state", "git:satops-state"),
        ("git:git@host:team/repo.git#s", "git:git@host:team/repo.git#s"),
        ("git:ssh://git@host:22/x.git#s", "git:ssh://host:22/x.git#s"),
        ("postgresql://h1:5432,h2:5433/db#x", "postgresql://h1:5432,h2:5433/db#x"),
        ("postgresql://[::1]:5432/db", "postgresql://[::1]:5432/db"),
        ("postgresql://a:hush/h@host/db#x", "postgresql://host/db#x"),
        ("postgresql://a:hush", "postgresql://a"),
        ("postgresql://a:hush/h#ush", "postgresql://a"),
        ("postgresql://h/db?x=1&password=hu@s h", "postgresql://h/db?x=1&password=[hidden]"),
        ("postgresql://a:xpassword=hush@h/db", "postgresql://a"),
        ("postgresql:host=h password = hush", "postgresql:host=h password =[hidden]"),
        ("s3://b/x?secret=hush", "s3://b/x?secret=[hidden]"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(address: str, shown: str) -> None:
    assert shown_address(address) == shown
