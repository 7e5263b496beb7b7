"""What is read by a skeleton is what the strict reader says of the same text, or nothing."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from satops.core.loading import yaml_skeletons
from satops.core.loading.loader import load
from satops.core.loading.reading import MAX_NODES, Found
from satops.core.loading.yaml_skeletons import read_by_skeleton
from tests.core.test_yaml_nodes import read_closely, typed

SPEC = """\
# a comment
name: mekong # here too
labels:
  'no': "yes"
order:
  geometry:
    type: Polygon
    coordinates: [[[105.5, 21], [106, -21.25], [105.5, 21]]]
  resolution: {value: 10, unit: m}
  note: |
    two
    lines
---
acknowledge:
  # why
  - check: A09
    reason: >-
      agreed
"""
OTHER = """\
#
name: 012 # here too
labels:
  'no': ""
order:
  geometry:
    type: it's -not
    coordinates: [[[0,-0], [ 0.0, -0.0 ], [179.99999999999997,1]]]
  resolution: {value: 1e3, unit: a:b}
  note: |
    # no comment
    - 'x: [1, 2]
---
acknowledge:
  # x: |
  - check: 2026-01-01
    reason: >-
      "12"
"""


@pytest.fixture(autouse=True)
def _no_skeletons() -> Iterator[None]:
    yaml_skeletons._known.clear()
    yield
    yaml_skeletons._known.clear()


def skeletons(text: str) -> list[list[str]]:
    """Return what two texts must share so that one is read by the skeleton of the other."""
    documents = text.removeprefix("---\n").split("\n---\n")
    return [yaml_skeletons._PIECES.split(f"\n{document}")[::3] for document in documents]


def learn(text: str) -> list[Found] | None:
    """Read a text until each of its documents was met as often as it takes."""
    for _ in range(2 * text.count("---\n") + 2):
        read_by_skeleton(text.encode())
    return read_by_skeleton(text.encode())


def is_read_the_same(text: str) -> bool:
    """Tell whether a text is read by its skeleton; fails where the strict reader differs."""
    quick = read_by_skeleton(text.encode())
    if quick is None:
        return False
    close = read_closely(text.encode())
    assert close is not None, text
    assert [typed(found.value) for found in quick] == [typed(value) for value, _ in close], text
    # The order of keys, and the sign of a zero.
    assert repr([found.value for found in quick]) == repr([value for value, _ in close]), text
    for found, (_, all_places) in zip(quick, close, strict=True):
        places = {
            path: (line + found.above, column, below + found.above, beside)
            for path, (line, column, below, beside) in found.places.items()
        }
        # Of a key with a piece before it in its line, the place is left to a closer look.
        assert places.items() <= all_places.items(), text
        assert all(path in places for path in all_places if len(path) < 2), text
    return True


def test_an_ordinary_spec_is_read_by_its_skeleton_and_the_same() -> None:
    assert skeletons(SPEC) == skeletons(OTHER)
    assert not is_read_the_same(SPEC)
    assert learn(SPEC) is not None
    assert is_read_the_same(SPEC)
    assert is_read_the_same(OTHER)
    assert is_read_the_same(SPEC)
    assert not is_read_the_same(SPEC.replace(", unit: m", ""))


@pytest.mark.parametrize("head", ["", "---\n", "# c\n", "---\n\n# c\n", "---\n---\n", "\n  \n"])
def test_each_document_has_its_own_place(head: str) -> None:
    text = f"{head}a: 1\nb:\n  c: |\n    x\n    y\n---\n\nd: e\n---\nf: [1, 2]\n"
    assert learn(text) is not None
    assert is_read_the_same(text)
    documents, problems = load(text.encode(), file="x")
    assert not problems
    last = text.count("\n")
    assert [document.place(["f"]) for document in documents][2] == (last, 4)
    assert documents[2].place(["f", 1]) == (last, 8)


@pytest.mark.parametrize(
    "text",
    [
        "a: {b: c, d: e}\n", "a: {b: 'c', d: [1, 2], e: f}\n", "{a: [1, 2], b: {c: d}}\n",
        "a: {b: [1, 2],\n    c: 3, d: 4}\ne: 5\n",
    ],
)  # fmt: skip
def test_a_key_is_not_found_at_the_column_that_it_has_in_another_text(text: str) -> None:
    other = text.replace("c", "c-longer").replace("1,", "111.25,")
    learn(text)
    for each in (text, other):
        is_read_the_same(each)
        documents, _ = load(each.encode(), file="x")
        close = read_closely(each.encode())
        assert close is not None
        assert {path: documents[0].place(path) for path in close[0][1]} == {
            path: place[2:] for path, place in close[0][1].items()
        }


WORDS = ["a", "b c", "null", "True", "12", "01", "1e3", "0x1F", "0o7", ".5", "-0", "-0.0", "NaN",
         "2026-01-01", "12:30:45", "a, b", "a,", "it's", 'a "b" c', "x - y", "a:b", "...", "-a",
         "a|", "a? b", "a ---", "/x%@`*", "é 日", "9223372036854775807", "1_0", ".inf", "-.Inf",
         ".nan", "1e999", "99999999999999999999"]  # fmt: skip
SHORT = ["a", "null", "true", "12", "01", "-1.5", "0x1F", "-0", "a:b", "./-_+", "2026-01-01"]
QUOTED = ["", "1", "a # b", " a: b ", "[1, 2], {", ",", "---", "true", "é", "|>"]
PIECES = {
    "w": [f": {word}" for word in WORDS],
    "f": [f": {word}" for word in SHORT],
    "s": [f": '{text}'" for text in QUOTED],
    "d": [f': "{text}"' for text in QUOTED],
    "p": ["[1, 2]", "[-0,0.0]", "[ 1 , -2.50]", "[0.12345678901234567, 179]", "[01, 2]",
          "[1, 2, 3]", "[1, 2, 3, 4]"],
    "c": ["#", "# a", "#: 'x", "# [1, 2]", '# "', "# a: |", "# - {", "#---"],
    "l": ["a", "# x", "- a", "a: b", "'", '"x', "---", "[1, 2]", "{", "a  ", "a #b", "? a", "%x"],
}  # fmt: skip
FRAMES = ["%w", "%w  # x", "%w \n%c", "%s", "%d #", "%d\n  %c", ": |\n  %l", ": >\n  %l\n  %l",
          ": |-\n  %l\n  %l\n\n", ": >+\n    %l\n\n", ": |+\n  %l\n\n  \n%c\n", ":\n  a%w\n  b%d",
          ":\n  - %p\n  - %p", ":\n- %p\n%c\n- [%p, %p]", ": [[%p,%p],\n   [%p]]", ": %p",
          ":\n  - a%w\n    b: |\n      %l\n  - c%s", ": {a%f}", ":\n  x: {a%f, b%s,\n    c%f }",
          ": {a%s\n    %c\n   }", ":\n  a:\n    b%w\n    c: 1\n  %c\n  d%w"]  # fmt: skip
"""What may follow a key of a usual spec; a letter after a percent sign is the class of a piece."""
ODD = ["%w", "%f", "%s", "%d", "%p", "\n%c", "\n  %c", ": |\n  %l", ": >\n    %l\n    %l", "\n",
       "\n  ", "\n    ", "\n- ", "\n\n", "\na", "\nb", "\nc", " ", "a", "b:", "{", "}", "{d", ", e",
       "[", "]", "? ", "- ", " #", "'", '"', "|", ">", "\n---\n", ":", "1", "\n...", "%%x",
       "<<"]  # fmt: skip
"""What may follow one another in a text of no meaning."""


@st.composite
def alike(draw: st.DrawFn, frames: st.SearchStrategy[str]) -> list[str]:
    """Draw texts that are the same but for their pieces."""
    frame = draw(frames)

    def piece(match: re.Match[str]) -> str:
        return draw(st.sampled_from(PIECES[match[1]])) if match[1] in PIECES else "%"

    return [re.sub("%(.)", piece, frame) for _ in range(4)]


SPECS = st.lists(st.sampled_from(FRAMES), min_size=1, max_size=5).map(
    lambda frames: "".join(f"k{number}{frame}\n" for number, frame in enumerate(frames))
)
ODD_TEXTS = st.lists(st.sampled_from(ODD), max_size=9).map(lambda odd: f"a{''.join(odd)}\n")


@given(alike(SPECS | ODD_TEXTS))
@settings(max_examples=800)
def test_texts_that_differ_in_their_pieces_are_read_the_same(texts: list[str]) -> None:
    yaml_skeletons._known.clear()
    learn(texts[0])
    for text in texts:
        is_read_the_same(text)


@given(st.text(alphabet="ab:- \n[]{}'\"#|>?,.1ntf<", max_size=60))
@example(": a")
@example("a: b\n---\n")
def test_a_text_is_read_the_same_or_not_at_all(text: str) -> None:
    yaml_skeletons._known.clear()
    learn(f"{text}\n")
    is_read_the_same(f"{text}\n")


@pytest.mark.parametrize("frame", FRAMES)
def test_a_usual_spec_is_read_by_its_skeleton(frame: str) -> None:
    text = f"k{frame}\nz: 1\n"
    first = re.sub("%(.)", lambda match: PIECES[match[1]][0], text)
    second = re.sub("%(.)", lambda match: PIECES[match[1]][1], text)
    assert skeletons(first) == skeletons(second)
    assert learn(first) is not None
    assert is_read_the_same(first)
    assert is_read_the_same(second)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        # What ends a word in brackets, whatever stands after it.
        ("x: {a: b\n# c\n }\n", "x: {a: b, c\n# c\n }\n"),
        ("x: {a: b\n# c\n }\n", "x: {a: b,?\n# c\n }\n"),
        ("x: {a: b\n }\n", "x: {a: b, c\n }\n"),
        ("x: {a: b # c\n }\n", "x: {a: b, d # c\n }\n"),
        # Pieces of two classes at one place.
        ("x: a\n", "x: 'a'\n"), ("x: 'a'\n", 'x: "a"\n'), ("x: 12\n", "x: '12'\n"),
        ("x: |\n  a\n", "x: >\n  a\n"), ("x: |\n  a\n", "x: |-\n  a\n"),
        ("x: |\n  a\n", "x: |+\n  a\n"), ("x: |\n  a\n", "x: |\n    a\n"),
        ("x: >\n  a\ny: b\n", "x: >\n  a\n  b\ny: b\n"), ("x: a\n", "x: |\n a\n"),
        ("x: a\n", "x[1, 2]\n"),
        ("x: a\ny: b\n", "x\n# c\ny: b\n"), ("x:\n- [1, 2]\n", "x:\n- : a\n"),
        ("x:\n- [1, 2]\n- [3, 4]\n", "x:\n- [1, 2]\n- : 'a'\n"),
        ("x: [1, 2]\n", "x: [1, 2, 3]\n"),
        ("x:\n- [1, 2]\n- [3, 4]\n", "x:\n- [1, 2]\n- [3, 4, 5]\n"),
        # A comment that is part of a block, or ends one.
        ("x: |\n\n  a\n  # b\n", "x: |\n\n  a\n# b\n"), ("x: |\n  a\n# b\n", "x: |\n  a\n # b\n"),
        ("x: |\n   a\n # b\n", "x: |\n   a\n     # b\n"),
        ("x: 'a\n  # b\n  c'\n", "x: 'a\n  # d\n  c'\n"),
        # A piece that is a part of a text.
        ("x: a\n  b\n", "x: 1\n  b\n"), ("x: 'a''b'\n", "x: 'c''b'\n"),
        ("- x: a\n  y\n", "- x: b\n  y\n"), ('x: "a\n  b: c"\n', 'x: "a\n  b: d"\n'),
        ("x: |\n  a\n\n  b\n", "x: |\n  c\n\n  b\n"), ("x: >\n  a\n   b\n", "x: >\n  c\n   b\n"),
        ("x: |\n\n  a: b\n", "x: |\n\n  a: c\n"), ("x: a[1, 2]\n", "x: a[3, 4]\n"),
        ("x: '\n  [1, 2]'\n", "x: '\n  [3, 4]'\n"), ("a: b # x: c\n", "a: b # x: d\n"),
        ("x: |\n  a\n   \n", "x: |\n  b\n   \n"),
        # A piece that is a key, or would be one.
        ("? x: a\n: y\n", "? x: b\n: y\n"), ("[1, 2]: a\n", "[3, 4]: a\n"),
        # What JSON refuses, and YAML does not.
        ("x: [1, 2]\n", "x: [01, 2]\n"), ("x: [1, 2]\n", "x: [-00.5, 2]\n"),
        # A number that cannot be sent.
        ("x: 1\n", "x: 1e999\n"), ("x: a\n", "x: .inf\n"), ("x: {a: 1}\n", "x: {a: .nan}\n"),
    ],
)  # fmt: skip
def test_a_skeleton_makes_nothing_wrong_of_another_text(text: str, other: str) -> None:
    assert skeletons(text) == skeletons(other)
    for one, two in ((text, other), (other, text)):
        yaml_skeletons._known.clear()
        learn(one)
        is_read_the_same(one)
        is_read_the_same(two)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("x: a\n", "x: 'a'\n"), ("x: 'a'\n", 'x: "a"\n'), ("x: [1, 2]\n", "x: [1, 2, 3]\n"),
        ("x: |\n  a\n", "x: >-\n    a\n    b\n"), ("x: |+\n  a\n\n", "x: |-\n  a\n\n"),
    ],
)  # fmt: skip
def test_texts_of_one_skeleton_may_have_pieces_of_other_classes(text: str, other: str) -> None:
    assert skeletons(text) == skeletons(other)
    assert learn(text) is not None
    assert learn(other) is not None
    assert is_read_the_same(text)
    assert is_read_the_same(other)


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "# a\n", "---\n", "a\n", "- a: b\n", "[1, 2]\n", "a: b\n---\n",  # no group
        "a: b", "a: b\r\n", "a: b\rc: d\n", "\ufeffa: b\n", "a: b\tc\n", "a:\tb\n",
        "a: \x01\n", "a: '\x7f'\n", "# \x00\na: b\n", "a: b\x85c: d\n", "# a\u2028b: c\n",
        "a: |\n  b\u2029c\n", "a: \u200bb\n", "a: \u202eb\n", "a: \xa0b\n",
        "a: b\na: c\n", "a: {b: c, b: d}\n", "a:\n- b: c\n  'b': d\n", "[1, 2]: a\n", "1: a\n",
        "null: a\n", ": a\n", "<<: {a: b}\n", "? a\n  : b\n", "a: ~\n", "a: !t b\n", "a: &x b\n",
        "a: *x\n", 'a: "\\n"\n', "%YAML 1.2\n---\na: b\n", "---\na: b\n%c: d\n", "a: b\n...\n",
        "a: b\n--- c\n", "a: b\n--- # c\nd: e\n", "a: .inf\n", "a: 99999999999999999999\n",
        "a: b: c\n", "a: 'b\n", "a: {b: c\n", "a:\n b: c\n  d: e\n", "a:\n - b\n  c: d\n",
        "a: 'b'c\n", "a: b\n  # c\n  d\n", "a: [1, 2] b\n", "a: {b: |\n  c\n }\n",
        "a:\n  b: |\n c\n",
        "a: " + "[" * 64 + "]" * 64 + "\n", f"a: b\n{'# c' * 6_000}\n",
    ],
)  # fmt: skip
def test_what_has_a_fault_or_is_rare_is_never_read_by_a_skeleton(text: str) -> None:
    assert learn(text) is None


def test_bytes_that_are_no_text_are_not_read() -> None:
    for _ in range(4):
        assert read_by_skeleton(b"a: \xff\n") is None


def test_a_file_of_too_many_values_is_left_to_the_reader_that_counts_them() -> None:
    row = f"a: [{'1,' * 8_000}1]\n"
    assert learn(row) is not None
    is_read = read_by_skeleton("---\n".join([row] * (MAX_NODES // 8_000 + 1)).encode()) is not None
    assert not is_read


def test_no_more_skeletons_are_kept_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    variants = [f"a: |\n{indent * ' '}b\n" for indent in range(1, 9)]
    read = [text for text in variants if learn(text) is not None]
    assert read == variants[: yaml_skeletons._MAX_VARIANTS]
    assert all(is_read_the_same(text) for text in read)
    monkeypatch.setattr(yaml_skeletons, "_MAX_SKELETONS", 5)
    for key in "bcdefghi":
        learn(f"{key}: 1\n")
        assert 0 < len(yaml_skeletons._known) <= 5
