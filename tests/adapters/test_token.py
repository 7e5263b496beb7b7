"""Where the token comes from, and that it shows itself to nobody."""

import copy
import html
import json
import pickle
from pathlib import Path
from urllib.parse import quote

import pytest

from satops.adapters.token import Token, read_token, sandbox_token
from satops.errors import UsageError

SECRET = 's3cret/"token"+value=='


def test_a_token_hides_in_every_text_form() -> None:
    token = Token(SECRET)

    shown = [repr(token), str(token), f"{token!s} {token!r}", repr([token]), repr({"t": token})]

    assert not any("s3cret" in text for text in shown)


def test_a_token_refuses_to_be_formatted() -> None:
    with pytest.raises(TypeError, match="formatted") as caught:
        f"{Token(SECRET)}"

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("copies", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_token_refuses_to_be_copied(copies: object) -> None:
    assert callable(copies)
    with pytest.raises(TypeError, match="copied or pickled"):
        copies(Token(SECRET))


def test_a_token_has_no_dictionary_that_a_debugger_would_print() -> None:
    with pytest.raises(TypeError):
        vars(Token(SECRET))


def test_the_token_is_read_from_the_environment_and_trimmed() -> None:
    assert read_token("T", {"T": f"  {SECRET}\r\n"}).reveal() == SECRET


def test_the_token_is_read_from_a_file_that_the_environment_names(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(SECRET + "\n")

    assert read_token("T", {"T_FILE": str(file)}).reveal() == SECRET


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("s3cret\nInjected: yes", "line break"),
        ("s3cret\x00", "line break"),
        ("s3cret-ключ", "ASCII"),
        ("s3cret" * 2000, "longer than"),
    ],
)
@pytest.mark.parametrize("place", ["variable", "file"])
def test_an_unusable_token_is_refused_without_being_shown(
    secret: str, words: str, place: str, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(secret)
    environ = {"T": secret} if place == "variable" else {"T_FILE": str(file)}

    with pytest.raises(UsageError, match=words) as caught:
        read_token("T", environ)

    assert "s3cret" not in str(caught.value)
    assert ("T_FILE" if place == "file" else "variable T") in str(caught.value)


def test_no_token_says_what_to_set() -> None:
    with pytest.raises(UsageError, match=r"Set the environment variable T, or let T_FILE name"):
        read_token("T", {})


def test_two_sources_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Both T and T_FILE"):
        read_token("T", {"T": SECRET, "T_FILE": str(tmp_path / "token")})


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere, which cannot be read: No such file"):
        read_token("T", {"T_FILE": str(tmp_path / "nowhere")})


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET,
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET)[1:-1].replace("/", "\\/"),
        "".join(f"\\u{ord(char):04x}" for char in SECRET),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        html.escape(SECRET),
        SECRET.replace("=", "&#61;"),
    ],
)
def test_redacting_finds_the_token_as_json_urls_and_pages_spell_it(spelling: str) -> None:
    assert Token(SECRET).redact(f"<{spelling}> <{spelling}>") == "<[token]> <[token]>"


def test_redacting_knows_the_space_of_a_scheme() -> None:
    assert Token("Bearer abc").redact("?a=Bearer+abc Bearer%20abc") == "?a=[token] [token]"


def test_redacting_finds_a_token_that_was_cut() -> None:
    assert Token(SECRET).redact("you sent " + SECRET[:9]) == "you sent [token]"


def test_redacting_leaves_other_text_alone() -> None:
    assert Token(SECRET).redact("an order, s3c") == "an order, s3c"


def test_the_sandbox_has_a_fixed_token() -> None:
    assert sandbox_token().reveal() == sandbox_token().reveal()
