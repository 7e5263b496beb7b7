import pytest
from hypothesis import given
from hypothesis import strategies as st

from satops.core.safe import encodable, safe, safe_lines, shorten, shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Hà Nội, 河内", "Hà Nội, 河内"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("one\ntwo", r"one\ntwo"),
        ("abc\u202edef", r"abc\u202edef"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("wide\u3000blank", "wide blank"),
        ("line\u2028end", r"line\u2028end"),
        ("tab\tstop", "tab stop"),
        ("##[add-mask]x", r"\x23#[add-mask]x"),
        (" ::error::forged", r" \x3a:error::forged"),
    ],
)
def test_what_could_paint_or_forge_is_escaped(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.text())
def test_whatever_comes_in_one_printable_line_comes_out(text: str) -> None:
    assert safe(text).isprintable()
    assert all(line.isprintable() for line in safe_lines(text))
    assert len(shorten(text, 20)) <= 20


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_comes_in_can_be_written_as_utf_8(text: str) -> None:
    written = encodable(text).encode()
    assert len(written) >= len(text)


def test_a_text_that_is_too_long_keeps_its_beginning_and_its_end() -> None:
    shown = shorten("PROG_ORDER_202310270001", 12)
    assert len(shown) == 12
    assert shown.startswith("PROG_O")
    assert shown.endswith("0001")


def test_what_a_message_quotes_is_cut_and_shows_its_odd_blanks() -> None:
    assert shown("max\tCloud\u3000: 1") == r"max\tCloud\u3000: 1"
    assert shown("x" * 61) == "x" * 60 + "…"
