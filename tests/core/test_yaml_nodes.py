"""The quick reader of YAML says what the strict one says, or nothing."""

import re
from math import isfinite
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from satops.core.loading.reading import SHALLOW, Faults
from satops.core.loading.scalars import BadNumber, plain_value
from satops.core.loading.yaml_grafts import Grafts
from satops.core.loading.yaml_nodes import read_nodes
from satops.core.loading.yaml_reader import YamlReader

SPEC = b"""\
# a comment
name: mekong
labels: {team: hydrology, 'no': "yes"}
order:
  geometry:
    type: Polygon
    coordinates: [[[105.5, 21], [106, -21.25], [1e1, .5]]]
  maxCloud: 20
  recurring: false
  note: |
    two
    lines
---
---
acknowledge:
  - check: A09
    reason: >-
      agreed
  - ~
"""


def read_closely(content: bytes) -> list[tuple[Any, Any]] | None:
    """Return values and places as the strict reader finds them; None where it finds a fault."""
    faults = Faults("spec")
    found = YamlReader(content, faults, SHALLOW).read()
    return None if faults.problems else [(each.value, each.places) for each in found]


def read_quickly(content: bytes) -> list[tuple[Any, Any]] | None:
    found = read_nodes(content)
    return None if found is None else [(each.value, each.places) for each in found]


def typed(value: Any) -> Any:
    """Return a value so that 1, 1.0 and True differ."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    return [typed(item) for item in value] if isinstance(value, list) else (type(value), value)


def test_an_ordinary_spec_is_read_quickly_and_the_same() -> None:
    quick, close = read_quickly(SPEC), read_closely(SPEC)
    assert quick is not None
    assert close is not None
    assert quick == close
    assert [typed(value) for value, _ in quick] == [typed(value) for value, _ in close]


@given(st.text(alphabet="ab:- \n[]{}'\"#|>?,~.1ntf<", max_size=60))
@example("- a: 1\n  b:\n  - c\n")
@example("a: 1\na: 2\n")
@example("<<: 1\n'<<': 2\n")
@example("1: a\n")
@example("? [a]\n: b\n")
@example("---\n---\na\n...\n")
@example("''")
def test_a_text_is_read_the_same_or_not_at_all(text: str) -> None:
    content = text.encode()
    quick = read_quickly(content)
    if quick is None:
        return
    close = read_closely(content)
    assert close is not None
    assert [typed(value) for value, _ in quick] == [typed(value) for value, _ in close]
    for (_, places), (_, all_places) in zip(quick, close, strict=True):
        assert places.items() <= all_places.items()


_PIECES = ["[1, 2]", "[-0.5,21.25]", "[ 1 , 2, 3 ]", "[[1, 2], [3, 4]]", "[01, 2]", "[-0, 1]",
           "- ", "\n", "\n  ", "\n    - ", "  ", "a: ", "b:", ", ", "[", "]", "{", "}", "? ",
           "~5__", " # ", "'", '"', "|\n  ", "---\n", "x", ": "]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
@example("a:\n- [1, 2]\n- [3, 4]\n- 5\n")
@example("- - [1, 2]\n  - [3, 4]\n- [5, 6]\n")
@example("- - [1, 2]\n- [3, 4]\n")
@example("- [1, 2]\n    - [3, 4]\n")
@example("a: [[[1, 2], [3, 4]], [[5, 6]]]\n")
@example("a: x\n  - [1, 2]\n  - [3, 4]\n")
@example("a: [1, 2]\n  - [3, 4]\n")
@example("a: [1, 2] # [3, 4]\nb: ~9___\n")
@example("- |\n  [1, 2]\n- '[3, 4]'\n- [1, 2]: x\n")
def test_positions_are_what_the_strict_reader_makes_of_them(text: str) -> None:
    quick, close = read_quickly(text.encode()), read_closely(text.encode())
    if quick is None:
        return
    assert close is not None
    assert [typed(value) for value, _ in quick] == [typed(value) for value, _ in close]
    for (_, places), (_, all_places) in zip(quick, close, strict=True):
        assert places.items() <= all_places.items()


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, 2]\n", "a: [[1, 2], [3, 4]]\nb: 1\n", "a: [[[1, 2], [3, 4]]]\n",
        "a:\n  - [1, 2]\n  - [3, 4]\nb: 1\n", "a:\n- - [1, 2]\n  - [3, 4]\n- - [1, 2]\n",
        "{a: [1, 2], b: [[3, 4]]}\n",
    ],
)  # fmt: skip
def test_the_parser_does_not_see_positions(text: str) -> None:
    grafts = Grafts(text.encode())
    assert not re.search(rb"[0-9], [0-9]", grafts.text)
    assert len(grafts.text) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: 'x\n", "a: 1\na: 2\n", "<<: {a: 1}\n", "1: a\n", "~: a\n", "? [a]\n: b\n",
        "a: 1e999\n", "a: .inf\n", "a: 99999999999999999999\n", "a: &x 1\nb: *x\n", "a: *x\n",
        "a: !t b\n", 'a: "\\n"\n', "a:\n\tb: 1\n", "[" * 65 + "]" * 65, "\x01",
        "[" * 64 + "[1, 2]" + "]" * 64, "[" * 63 + "[[1, 2], [3, 4]]" + "]" * 63,
    ],
)  # fmt: skip
def test_what_needs_words_or_care_is_left_to_the_strict_reader(text: str) -> None:
    assert read_nodes(text.encode()) is None


@pytest.mark.parametrize("opener", [b"[", b"{a: ", b"- ", b"? ", b"[ ", b"- ? ", b"a:\n"])
@pytest.mark.parametrize("count", [300, 3_000, 30_000, 100_000])
def test_no_depth_ends_the_stack(opener: bytes, count: int) -> None:
    assert read_nodes(opener * count) is None


def test_a_depth_by_indents_does_not_end_the_stack_either() -> None:
    assert read_nodes("".join(" " * depth + "a:\n" for depth in range(360)).encode()) is None


def test_a_long_text_is_left_to_the_reader_that_needs_no_memory_for_nodes() -> None:
    long = b"a: 1\n" + b"# comment\n" * 10_000
    assert read_closely(long) is not None
    assert read_nodes(long) is None


def test_a_long_polygon_is_read_quickly() -> None:
    ring = [[index % 180, index / 128] for index in range(9_000)]
    for text in (f"a: 1\nb: [{ring}]\n", "b:\n" + "".join(f"- {place}\n" for place in ring)):
        quick, close = read_quickly(text.encode()), read_closely(text.encode())
        assert quick is not None
        assert quick == close


_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
"""The pattern of YAML 1.2, section 10.3.2."""


@given(st.text(alphabet="0123456789.-+eE_naifx٣ ", min_size=1, max_size=40).map(str.strip))
@example("1_0.5")
@example("٣.1")
@example("1.e5")
@example("1.5e400")
@example("." + "0" * 40 + "1")
def test_decimals_are_those_of_yaml_whatever_python_would_read(text: str) -> None:
    if "x" in text or not _FLOAT.fullmatch(text):
        return
    try:
        value = plain_value(text)
    except BadNumber:
        assert not isfinite(float(text)) or abs(float(text)) > 2**62
        return
    assert value == (float(text) if re.search("[.eE]", text) else int(text))


@given(st.text(alphabet="0123456789.-+eE_naif٣", min_size=1, max_size=40))
@example("1_0.5")
@example("٣.1")
@example("infinity.")
def test_what_only_python_takes_for_a_number_is_text(text: str) -> None:
    if not _FLOAT.fullmatch(text):
        try:
            assert plain_value(text) == text
        except BadNumber:
            assert text.lower().lstrip("+-") in (".inf", ".nan")
