"""The reader of plain YAML gives what the reader of all YAML gives, or it gives up.

How: both read the same texts; those of the plain form, those next to it, and those that an edit
anywhere in a sound spec makes.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satops.core.document import load
from satops.core.document.plain_reader import read_plain_form
from satops.core.document.reading import SHALLOW, Faults, Found
from satops.core.document.yaml_reader import YamlReader

CASES = Path(__file__).parents[1] / "cases" / "valid"

SPEC = """\
# yaml-language-server: $schema=../schema/order.schema.json
name: delta-west.2026   # the name
description: >-
  The extent of the flood, as the basin's agency
  asked: #12.

labels: {team: hydrology, ticket: "OPS-123", year: 2026}
acknowledge:
  - check: A09
    reason: 'two passes are planned'
order:
  provider: changguang
  geometry:
    type: Polygon
    coordinates:
      - - [102.1, 8.25]
        - [102.3, 8.25]
        - [102.3, -8]
        - [102.1, 8.25]
  startDate: 2026-12-01T00:00Z
  endDate: "2026-12-15T00:00Z"
  recurring: true
  maxCloud: 20
---
name: second
order:
  geometry: POLYGON ((102.1 8.1, 102.3 8.1, 102.3 8.3, 102.1 8.1))
  bbox: [102, 8, 110.5, 24]
  lists: [[[1, 2], [3.5, -4.25]]]
  text: |
    one
    two
"""

LINES = [
    "a: b", "a: b ", "a: b # c", "a: b#c", "a:  b", "a:b", "a:", "a: ", "a : b", "- a", "- a: b",
    "- - a", "-  - a: b", "  a: b", "  - a", "    - a", "    b: c", "  b:", "- ", "-", "---",
    "--- a", "...", "# c", "  # c", "", "   ", "a: -1", "a: - 1", "a: 1e3", "a: 1e999", "a: 010",
    "a: 0x1F", "a: .inf", "a: ~", "a: null", "a: no", "null: a", "true: a", "a: 'b'", "a: 'it''s'",
    'a: "b"', 'a: "\\n"', 'a: "b" c', "a: [1, 2]", "a: [1 , 2 ]", "a: [-0, 0.0, -0.0]",
    "a: [1.5e3]", "a: []", "a: [[1, 2], [3, 4]]", "a: [1,[2]]", "a: [01]", "a: [a, b]", "a: {b: c}",
    "a: {b: c, b: d}", "a: {b: [1, 2]}", "a: {b: c d, e: 'f, g'}", "a: {b: c:d}", "a: {}", "a: {b}",
    "a: |", "a: >", "a: >-", "a: |+", "a: |2", "a: &x b", "b: *x", "a: !t b", "<<: b", "? a",
    "a: ? b", "a: b: c", "a: 12:30:45", "a: https://b/c?d=e", "a: @b", "a: %b", "%YAML 1.2",
    "a: `b`", "a: ...", "a: ---", "a: +", "a: (b", "a: /b", "a: .", "a: é", "é: a",
    "a: 12345678901234567890", "a: 0.1234567890123", "  - [1, 2]", "  - [3, 4.5]", "- [1, 2]",
    "- [3, 4]", "  text", "   text", "    text # c", "\ta: b", "a: b\tc", "a: \u00a0b", "a: b\r",
    "a: \u2028", "a: \x85", "a: b\x7f", "a-b_c: d", "_: a", "1: a", "-a: b", "a: -b", "a: 'b' # c",
    "a: [1, 2] # c", "a: [1, 2]# c", "order:", "  geometry:",
]  # fmt: skip


def by_events(text: str) -> list[Found] | None:
    """Return what all of YAML makes of a text; None where it finds a problem."""
    faults = Faults("a.yaml")
    found = YamlReader(text.encode(), faults, SHALLOW).read()
    return None if faults.problems else found


def hold_to_events(text: str) -> bool:
    """Fail where the plain reader says something else; tell whether it read the text."""
    plain = read_plain_form(text)
    if plain is None:
        return False
    whole = by_events(text)
    assert whole is not None, text
    assert repr([found.value for found in plain]) == repr([found.value for found in whole]), text
    for mine, other in zip(plain, whole, strict=True):
        assert mine.places.items() <= other.places.items(), text
    return True


def test_the_forms_of_an_ordinary_spec_are_plain() -> None:
    assert hold_to_events(SPEC)


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_the_cases_read_the_same(case: Path) -> None:
    hold_to_events(case.read_text())


@pytest.mark.parametrize("first", LINES)
def test_pairs_and_triples_of_lines_read_the_same(first: str) -> None:
    for second in LINES:
        hold_to_events(f"{first}\n{second}\n")
        hold_to_events(f"{first}\n{second}")
        hold_to_events(f"k:\n  {first}\n  {second}\n")
        hold_to_events(f"k:\n- {first}\n  {second}\nl: m\n")
        hold_to_events(f"k: >\n  t\n{first}\n{second}\n")
        hold_to_events(f"k: |-\n   t\n  {first}\n{second}\n")


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(LINES)), max_size=8))
def test_any_lines_read_the_same(lines: list[tuple[int, str]]) -> None:
    hold_to_events("".join("  " * depth + line + "\n" for depth, line in lines))


@given(st.data())
def test_a_spec_with_an_edit_anywhere_reads_the_same(data: st.DataObject) -> None:
    lines = SPEC.split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        edit = data.draw(st.sampled_from(["drop", "twice", "indent", "other", "cut", "insert"]))
        line = lines[at]
        column = data.draw(st.integers(0, len(line)))
        if edit == "drop":
            del lines[at : at + 1]
            lines = lines or [""]
        elif edit == "twice":
            lines.insert(at, line)
        elif edit == "indent":
            lines[at] = "  " + line if column % 2 else line.removeprefix("  ")
        elif edit == "other":
            lines.insert(at, data.draw(st.sampled_from(LINES)))
        elif edit == "cut":
            lines[at] = line[:column] + line[column + 1 :]
        else:
            char = data.draw(st.sampled_from(" #:-[]{},'\"|>&*!%@`?\\~0aé\t\u00a0\u2028"))
            lines[at] = line[:column] + char + line[column:]
    hold_to_events("\n".join(lines))


def test_a_deep_place_is_known_also_of_a_plain_spec() -> None:
    documents, problems = load(SPEC.encode(), file="a.yaml")
    assert not problems
    at = documents[0].place(("order", "geometry", "coordinates", 0, 2, 1))
    line = next(number for number, text in enumerate(SPEC.split("\n"), 1) if "-8]" in text)
    assert at == (line, SPEC.split("\n")[line - 1].index("-8") + 1)


def test_a_tower_of_lists_is_left_to_the_reader_that_counts() -> None:
    assert read_plain_form("a:\n" + "  " + "- " * 40 + "b\n") is None


@pytest.mark.parametrize(
    "line",
    [
        " " * 60_000 + "\t",
        "a: b" + " " * 60_000 + "\t",
        "a:" + " " * 60_000 + "\t",
        "- " * 30_000 + "\t",
        "a: [1" + " " * 60_000 + "\t",
        "a: [[1, 2]" + ", [3, 4]" * 7_000 + "\t",
        "a: {b: c" + " d" * 30_000 + "\t",
        "a: >" + "\n b" * 15_000 + "\n" * 15_000 + "  c",
        "a: '" + "b" * 60_000,
    ],
    ids=range(9),
)
def test_a_hostile_line_is_given_up_without_looking_at_it_again_and_again(line: str) -> None:
    assert read_plain_form(line + "\n") is None
