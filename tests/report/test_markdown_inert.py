import pytest
from hypothesis import given
from hypothesis import strategies as st

from satops.core.safe import safe
from satops.report.markdown.page import cell, code, fenced, header, label, message, prose, row
from tests.report.forge import HOSTILE, check_fences, check_inert, check_tables, parse, shown

hostile_texts = st.lists(
    st.sampled_from(HOSTILE) | st.text(max_size=8) | st.sampled_from([" ", "word", "(", ")", "."]),
    max_size=8,
).map("".join)


def expected(text: str) -> str:
    """Return the one line of text that a reader should see."""
    clean = safe(text).replace("<!--", r"\x3c!--")
    while "::" in clean:
        clean = clean.replace("::", r"\x3a:", 1)
    return " ".join(clean.split()) or "(empty)"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_known_trick_survives_in_a_paragraph_a_cell_or_a_code_span(text: str) -> None:
    for inert in (prose(f"see {text}"), prose(f"{text}{text} and"), code(text)):
        check_inert(parse(f"Why: {inert}"))
        page = parse(f"{header(('A', 'B'))}\n{row([cell(inert), 'last'])}")
        check_inert(page)
        check_tables(page)


@given(hostile_texts)
def test_whatever_is_written_is_shown_word_for_word_and_does_nothing(text: str) -> None:
    for inert in (prose(text), code(text)):
        page = parse(f"Why: {inert}")
        check_inert(page)
        assert shown(f"Why: {inert}.") == f"Why: {expected(text) if inert else ''}."


@given(hostile_texts, hostile_texts)
def test_a_cell_ends_where_it_should(first: str, second: str) -> None:
    texts = [cell(prose(first)), cell(code(second)), "last"]
    page = parse(f"{header(('A', 'B', 'C'))}\n{row(texts)}")
    check_inert(page)
    check_tables(page)
    assert page.tables()[0][1][2] == "last"


@given(hostile_texts)
def test_a_label_holds_nothing_but_letters_digits_and_a_few_signs(text: str) -> None:
    made = label(text)
    assert made
    assert not set(made) & set("`<>&@#:;|\"'\\[](){}$!*~%,/\n\r")
    assert made.isprintable()


@given(hostile_texts)
def test_a_fence_is_longer_than_what_it_holds(text: str) -> None:
    check_fences(parse(fenced("text", safe(text))))


def test_of_three_colons_none_is_left_to_make_a_command() -> None:
    assert code("x:::error::y") == r"`x\x3a\x3a:error\x3a:y`"


def test_a_sentence_stays_readable() -> None:
    assert prose("The ring crosses itself near 105.85, 21.03.") == (
        "The ring crosses itself near 105.85, 21.03."
    )
    assert prose("ask @hydrology (see satops.yaml:12), or (orders/a.yaml): x(1).") == (
        "ask `@hydrology` (see `satops.yaml:12`), or (`orders/a.yaml`): `x(1)`."
    )
    assert prose("Hà Nội, 河内, ประเทศไทย: 100 km², 20%, don't") == (
        "Hà Nội, 河内, ประเทศไทย: 100 km², 20%, don't"
    )


def test_a_command_to_copy_in_a_message_is_one_code_span() -> None:
    assert message("Put it back.\n    git push origin abc:refs/x\n") == (
        "Put it back. `git push origin abc:refs/x`"
    )


def test_a_long_message_is_cut_and_says_so() -> None:
    assert message("one\n" * 50).endswith("…")
    assert len(prose("word " * 10_000)) < 610
