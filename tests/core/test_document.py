"""The loader: what it reads, what it refuses, and where it says that things stand."""

import gc
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from satops.core.loading import MAX_SPEC_BYTES, Document, load, yaml_reader
from satops.core.loading.reading import MAX_PROBLEMS
from satops.core.loading.yaml_reader import YamlReader


def read_one(text: str | bytes, *, syntax: Any = "yaml") -> Document:
    content = text if isinstance(text, bytes) else text.encode()
    documents, problems = load(content, file="spec", syntax=syntax)
    assert problems == []
    (document,) = documents
    return document


def complaints(
    content: bytes, *, syntax: Any = "yaml"
) -> list[tuple[str, int | None, int | None, str]]:
    _, problems = load(content, file="spec", syntax=syntax)
    assert all(problem.file == "spec" and problem.blocks for problem in problems)
    return [(p.check, p.line, p.column, p.path) for p in problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("y", "y"),
        ("true", True), ("True", True), ("FALSE", False), ("tRue", "tRue"),
        ("null", None), ("~", None), ("", None), ("nULL", "nULL"),
        ("010", 10), ("0o17", 15), ("0x1F", 31), ("-0x1F", "-0x1F"), ("0b1", "0b1"),
        ("1_000", "1_000"), ("+7", 7), ("-0", 0), ("20.5", 20.5), ("+1.", 1.0), (".5", 0.5),
        ("1e3", 1000.0), ("-1.5E-3", -0.0015), ("1e", "1e"), (".", "."), ("-", [None]),
        ("9223372036854775807", 2**63 - 1),
        ("2026-12-01", "2026-12-01"), ("2026-12-01T00:00Z", "2026-12-01T00:00Z"),
        ("12:30:45", "12:30:45"), ("+07:00", "+07:00"), ("nan", "nan"), ("Infinity", "Infinity"),
        ("'20'", "20"), ('"true"', "true"), ("''", ""), ("<<", "<<"), ("=", "="),
        ("|\n a\n b\n", "a\nb\n"), ('"\\u00e9\\n"', "é\n"), ("100%!", "100%!"),
    ],
)  # fmt: skip
def test_scalars_are_those_of_yaml_1_2(written: str, value: object) -> None:
    read = read_one(f"{written}" if written == "-" else f"key: {written}").value
    found = read if written == "-" else read["key"]
    assert found == value
    assert type(found) is type(value)


HOSTILE: dict[str, tuple[bytes, list[tuple[str, int | None, int | None, str]]]] = {
    "a key twice": (b"a: 1\nb: 2\na: 3\n", [("L03", 3, 1, "a")]),
    "a key twice, deep down": (b"o:\n  - {x: 1, x: 2}\n", [("L03", 2, 12, "o[0].x")]),
    "a key twice after CR LF": (b"a: 1\r\nb: 1\r\nb: 2\r\n", [("L03", 3, 1, "b")]),
    "lines that end with CR alone": (b"a: 1\rb: 1\r", [("L09", 1, 5, "")]),
    "a key that hides in a comment": (b"a: 1 # percent\rb: 2\n", [("L09", 1, 15, "")]),
    "a CR before CR LF": (b"a: 1\r\r\n", [("L09", 1, 5, "")]),
    "no byte": (b"", [("L10", 1, 1, "")]),
    "nothing but a comment": (b"# order\n", [("L10", 1, 1, "")]),
    "nothing but separators": (b"---\n---\n", [("L10", 1, 1, "")]),
    "a tab before a key": (b"a:\n\tb: 1\n", [("L01", 2, 1, "")]),
    "a tab before a key that could go on": (b"a: x\n\tb: 1\n", [("L01", 2, 1, "")]),
    "UTF-16 with a mark": ("a: 1".encode("utf-16"), [("L09", 1, 1, "")]),
    "UTF-16 with CR LF": ("a: 1\r\nb: 1\r\n".encode("utf-16"), [("L09", 1, 1, "")]),
    "UTF-16 with CR": ("a: 1\rb: 1\r".encode("utf-16-be"), [("L09", 1, 1, "")]),
    "UTF-16 without a mark": ("a: 1".encode("utf-16-le"), [("L09", 1, 1, "")]),
    "UTF-16 with Chinese": ("name: 湄公河\r\n".encode("utf-16-le"), [("L09", 1, 1, "")]),
    "UTF-32": ("a: 1\r\n".encode("utf-32"), [("L09", 1, 1, "")]),
    "a zero byte": (b"a: 1\nb: \0\n", [("L09", 2, 4, "")]),
    "a byte that is not UTF-8": (b"a: 1\nb: \xc3\xa9\xff\n", [("L09", 2, 5, "")]),
    "a control character": (b"a: 1\nb: \x07\n", [("L09", 2, 4, "")]),
    "a hidden line end": ("a: 1 # x\u2028b: 2\n".encode(), [("L09", 1, 9, "")]),
    "a byte order mark in mid-text": ("a: 1\nb: x\ufeff\n".encode(), [("L09", 2, 5, "")]),
    "an escaped control character": (b'a: "\\e[31m"\n', [("L09", 1, 4, "a")]),
    "a lone surrogate": (b'a: "\\ud800"\n', [("L01", 1, 7, "")]),
    "an alias in itself": (b"a: &x [*x]\n", [("L07", 1, 8, "a[0]")]),
    "an alias of nothing": (b"a: *nope\n", [("L07", 1, 4, "a")]),
    "an alias of another document": (b"a: &x 1\n---\nb: *x\n", [("L07", 3, 4, "b")]),
    "not a number": (b"a: .nan\n", [("L05", 1, 4, "a")]),
    "infinite": (b"a: [1, -.INF]\n", [("L05", 1, 8, "a[1]")]),
    "too large a float": (b"a: 1e400\n", [("L05", 1, 4, "a")]),
    "too large an integer": (b"a: 9223372036854775808\n", [("L05", 1, 4, "a")]),
    "too large a hexadecimal": (b"a: 0x" + b"f" * 17 + b"\n", [("L05", 1, 4, "a")]),
    "a long integer": (b"a: " + b"9" * 5000, [("L05", 1, 4, "a")]),
    "a long decimal": (b"a: 1." + b"9" * 5000, [("L05", 1, 4, "a")]),
    "a tag on a scalar": (b"a: !!str 1\n", [("L06", 1, 4, "a")]),
    "a tag without a name": (b"a: ! 12\n", [("L06", 1, 4, "a")]),
    "a tag on a group": (b"a: !x {b: 1}\n", [("L06", 1, 4, "a")]),
    "a tag on a key": (b"!x a: 1\n", [("L06", 1, 1, "")]),
    "a tag on the root": (b"!!python/object:os.system {a: 1}\n", [("L06", 1, 1, "")]),
    "a merge key": (b"b: &b {x: 1}\nc:\n  <<: *b\n", [("L06", 3, 3, "c")]),
    "a number as key": (b"1: a\n", [("L04", 1, 1, "")]),
    "true as key": (b"o: {true: a}\n", [("L04", 1, 5, "o")]),
    "a list as key": (b"? [a, b]\n: c\n", [("L04", 1, 3, "")]),
    "an alias as key": (b"a: &x k\n*x : 1\n", [("L04", 2, 1, "")]),
    "an unclosed list": (b"a: [1, 2\nb: 3\n", [("L01", 1, 4, "")]),
    "an unclosed group": (b"a: {b: 1\n", [("L01", 1, 4, "")]),
    "an unclosed quote": (b"a: 1\nb: 'x\nc: 3\n", [("L01", 2, 4, "")]),
    "an older version": (b"%YAML 1.1\n---\na: 1\n", [("L01", 1, 1, "")]),
    "a conflict": (
        b"a: 1\nb:\n<<<<<<< HEAD\n  c: 1\n=======\n  c: 2\n>>>>>>> change\n",
        [("L01", 3, 1, "")],
    ),
    "two colons": (b"a: b: c\n", [("L01", 1, 5, "")]),
    "a reserved character": (b"a: @b\n", [("L01", 1, 4, "")]),
    "another version": (b"%YAML 1.3\n---\na: 1\n", [("L01", 1, 1, "")]),
    "a bracket too many": (b"a: {b: 1}}\n", [("L01", 1, 10, "")]),
    "deep lists": (b"[" * 100_000, [("L08", 1, 65, "[0][0][0][0]")]),
    "deep groups": (b"{a: " * 100_000, [("L08", 1, 257, "a.a.a.a")]),
    "deep dashes": (b"- " * 100_000, [("L08", 1, 129, "[0][0][0][0]")]),
    "too many bytes": (b"#" * (MAX_SPEC_BYTES + 1), [("L08", 1, 1, "")]),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_yaml_gives_its_problem_and_its_place(case: str) -> None:
    content, expected = HOSTILE[case]
    assert complaints(content) == expected


HOSTILE_JSON: dict[str, tuple[bytes, list[tuple[str, int | None, int | None, str]]]] = {
    "a key twice": (b'{"a": 1,\r\n "a": 2}', [("L03", 2, 2, "a")]),
    "a key twice, one escaped": (b'{"a": 1, "\\u0061": 2}', [("L03", 1, 10, "a")]),
    "a key thrice, deep down": (
        b'\n [{"b": {"a": 1, "a": 2, "a": 3}}]',
        [("L03", 2, 18, "[0].b.a"), ("L03", 2, 26, "[0].b.a")],
    ),
    "numbers that are none": (
        b'{"a": NaN, "b": [Infinity, 1e400]}',
        [("L05", 1, 7, "a"), ("L05", 1, 18, "b[0]"), ("L05", 1, 28, "b[1]")],
    ),
    "too large an integer": (b"[-9223372036854775808]", [("L05", 1, 2, "[0]")]),
    "far too large an integer": (b"[" + b"9" * 350 + b"]", [("L05", 1, 2, "[0]")]),
    "a long integer": (b"[" + b"9" * 5000 + b"]", [("L05", 1, 2, "[0]")]),
    "deep": (b"[" * 100 + b"]" * 100, [("L08", 1, 1, "[0][0][0][0]")]),
    "deep groups": (b'{"a": ' * 65 + b"1" + b"}" * 65, [("L08", 1, 1, "a.a.a.a")]),
    "very deep": (b"[" * 200_000 + b"]" * 200_000, [("L08", 1, 1, "")]),
    "empty": (b" \n", [("L10", 1, 1, "")]),
    "a lone surrogate": (b'{"a": "\\ud800"}', [("L09", 1, 1, "a")]),
    "an escaped control character": (b'{"a": ["\\u001b"]}', [("L09", 1, 8, "a[0]")]),
    "an escaped control character in a key": (b'{"a": {"\\u001b": 1}}', [("L09", 1, 7, "a")]),
    "an AOI": (b'{"type": "FeatureCollection", "features": []}', [("L11", 1, 1, "")]),
    "a conflict": (b'{\n<<<<<<< a\n"a": 1\n=======\n"a": 2\n>>>>>>> b\n}', [("L02", 2, 1, "")]),
    "a missing colon": (b'{"a" 1}', [("L02", 1, 6, "")]),
    "a comment": (b"// order\n{}", [("L02", 1, 1, "")]),
    "single quotes": (b"{'a': 1}", [("L02", 1, 2, "")]),
    "a comma too many": (b'{"a": [1,\n]}', [("L02", 2, 1, "")]),
    "an unclosed text": (b'{"a": "x}', [("L02", 1, 7, "")]),
    "two values": (b"{}\n{}", [("L02", 2, 1, "")]),
    "a raw tab": (b'{"a": "\t"}', [("L02", 1, 8, "")]),
    "bytes that are not UTF-8": (b'{"a": "\xff"}', [("L09", 1, 8, "")]),
    "UTF-16": ('{"a": 1}\r\n'.encode("utf-16"), [("L09", 1, 1, "")]),
    "lines that end with CR alone": (b'{"a":\r1}', [("L09", 1, 6, "")]),
}


@pytest.mark.parametrize("case", HOSTILE_JSON)
def test_hostile_json_gives_its_problem_and_its_place(case: str) -> None:
    content, expected = HOSTILE_JSON[case]
    if case == "a comma too many":  # Python 3.13 points at the comma, earlier ones behind it
        assert complaints(content, syntax="json")[0][:2] in [("L02", 1), ("L02", 2)]
    else:
        assert complaints(content, syntax="json") == expected


def test_json_with_more_values_than_any_spec_needs_is_refused() -> None:
    content = b"[" + b"1," * 1_000_000 + b"1]"
    assert complaints(content, syntax="json") == [("L08", 1, 1, "")]


def test_a_json_key_that_stands_twice_is_named() -> None:
    _, (problem,) = load(b'{"o": {"startDate": 1, "startDate": 2}}', file="spec", syntax="json")
    assert problem.detail.startswith("The key startDate is written twice in this group; ")


def test_json_that_libyaml_does_not_take_is_read_and_has_the_place_of_its_document() -> None:
    document = read_one('\n {"a": "\\ud83d\\ude00", "b": [1]}', syntax="json")
    assert document.value == {"a": "😀", "b": [1]}
    assert document.position(["a"]) == document.position(["b", 0]) == (2, 2)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_an_encoding_of_wide_characters_is_named(encoding: str, end: str) -> None:
    _, (problem,) = load(f"name: x{end}order:{end}".encode(encoding), file="spec")
    assert f"written in {encoding[:6].upper()}," in problem.detail


def test_billions_by_aliases_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert complaints("\n".join(lines).encode()) == [("L07", 4, 45, "a3[7]")]


def test_a_few_aliases_are_followed() -> None:
    value = read_one("a: &x {lon: [1, 2]}\nb: *x\nc: &y 7\nd: [*y, *y]\n").value
    assert value == {"a": {"lon": [1, 2]}, "b": {"lon": [1, 2]}, "c": 7, "d": [7, 7]}


def test_more_values_than_any_spec_needs_are_refused() -> None:
    assert complaints(b"- 1\n" * 1_000_001) == [("L08", 1, 1, "")]


def test_one_faulty_document_does_not_hide_the_problems_of_another() -> None:
    text = b"a: 1\na: 2\n---\nb: .nan\nc: !t x\n---\nd: 1\n---\ne: [\n"
    documents, problems = load(text, file="spec")
    assert [(p.check, p.line) for p in problems] == [
        ("L03", 2), ("L05", 4), ("L06", 5), ("L01", 10),
    ]  # fmt: skip
    assert [(d.value, d.line, d.index) for d in documents] == [({"d": 1}, 7, 2)]


def test_a_file_with_too_many_problems_is_given_up() -> None:
    found = complaints(b"a: 1\n" * 5000)
    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1][0] == "L12"


def test_empty_documents_among_others_are_passed_over() -> None:
    documents, problems = load(b"---\n---\na: 1\n---\n# end\n---\nb: 2\n---\n", file="spec")
    assert problems == []
    assert [(d.value, d.line, d.index) for d in documents] == [({"a": 1}, 3, 0), ({"b": 2}, 7, 1)]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    document = read_one(b"\xef\xbb\xbfname: x\nname2: y\n")
    assert document.value == {"name": "x", "name2": "y"}
    assert document.position(["name"], key=True) == (1, 1)
    assert read_one(b'\xef\xbb\xbf{"a": 1}', syntax="json").value == {"a": 1}


def test_the_first_of_two_equal_keys_is_named() -> None:
    _, (problem,) = load(b"a: 1\nb:\n  c: 1\n  d: 1\n  c: 2\n", file="spec")
    assert "line 3, column 3" in problem.detail


def test_messages_hold_no_control_characters_of_the_input() -> None:
    for content in (b'"a\\e[31m": 1\n"a\\e[31m": 2\n', b"a: *\x7f\n", b'"\xe2\x80\xae": !t x\n'):
        _, problems = load(content, file="spec")
        assert problems
        for problem in problems:
            assert problem.detail.isprintable()
            assert problem.path.isprintable()


YAML_SPEC = """\
name: mekong
order:
  geometry:
    coordinates: [[1, 2],
      [3, x]]
  labels: &x {a: {b: 1}}
  copy: *x
---
acknowledge:
  - check: A09
    reason: "agreed"
"""
JSON_SPEC = '{"name": "mekong",\n "order": {"geometry": [1,\r\n  {"x": "a\\"b"}]}}'


@pytest.mark.parametrize(
    ("index", "path", "value", "key"),
    [
        (0, (), (1, 1), (1, 1)),
        (0, ("name",), (1, 7), (1, 1)),
        (0, ("order",), (3, 3), (2, 1)),
        (0, ("order", "geometry"), (4, 5), (3, 3)),
        (0, ("order", "geometry", "coordinates"), (4, 18), (4, 5)),
        (0, ("order", "geometry", "coordinates", 1, 1), (5, 11), (5, 11)),
        (0, ("order", "labels", "a", "b"), (6, 22), (6, 19)),
        (0, ("order", "copy", "a"), (7, 9), (7, 3)),
        (0, ("order", "startDate"), (3, 3), (2, 1)),
        (0, ("nothing", 3, "deep"), (1, 1), (1, 1)),
        (1, ("acknowledge", 0, "reason"), (11, 13), (11, 5)),
    ],
)
def test_every_value_and_key_of_yaml_has_its_place(
    index: int, path: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    documents, _ = load(YAML_SPEC.encode(), file="spec")
    assert documents[index].position(path) == value
    assert documents[index].position(path, key=True) == key


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (1, 1), (1, 1)),
        (("name",), (1, 10), (1, 2)),
        (("order", "geometry"), (2, 24), (2, 12)),
        (("order", "geometry", 1, "x"), (3, 9), (3, 4)),
        (("order", "maxCloud"), (2, 11), (2, 2)),
    ],
)
def test_every_value_and_key_of_json_has_its_place(
    path: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    document = read_one(JSON_SPEC, syntax="json")
    assert document.position(path) == value
    assert document.position(path, key=True) == key


def test_places_are_right_beside_documents_with_problems() -> None:
    (document,), _ = load(b"a: 1\na: 2\n---\nb:\n  c:\n    d: {e: 1}\n", file="spec")
    assert document.position(["b", "c", "d", "e"]) == (6, 12)


LIBYAML_ALONE = {"a lone surrogate", "another version"}
"""What the pure parser says otherwise, or lets pass as harmless."""


@pytest.mark.parametrize("case", [name for name in HOSTILE if name not in LIBYAML_ALONE])
def test_without_libyaml_the_same_is_refused(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reader, "Parser", yaml.SafeLoader)
    content, expected = HOSTILE[case]
    found = complaints(content)
    assert [check for check, *_ in found][:1] == [check for check, *_ in expected][:1]


ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126))
PLAIN_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | ASCII,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(ASCII, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@example(["]", "}", "{", ":"])
@given(PLAIN_JSON)
def test_json_reads_the_same_as_yaml_and_as_json(value: Any) -> None:
    text = json.dumps({"value": value}, indent=1)
    assert read_one(text, syntax="json").value == {"value": value}
    assert read_one(text).value == {"value": value}


@given(PLAIN_JSON, st.sampled_from([None, 1, "\t"]))
def test_the_place_of_a_value_in_json_is_where_its_text_begins(value: Any, indent: Any) -> None:
    text = json.dumps(value, indent=indent)
    document = read_one(text, syntax="json")
    for path, part in _parts(value):
        line, column = document.position(path)
        rest = "\n".join(text.split("\n")[line - 1 :])[column - 1 :]
        assert json.JSONDecoder().raw_decode(rest)[0] == part


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_content_raises(content: bytes) -> None:
    for syntax in ("yaml", "json"):
        documents, problems = load(content, file="spec", syntax=syntax)
        assert documents or problems


@given(st.text(alphabet="ab:- \n[]{}&*!'\"#|>?,\t1.", max_size=60))
def test_what_is_read_is_what_a_second_reading_places(text: str) -> None:
    documents, _ = load(text.encode(), file="spec")
    for document in documents:
        for path, _ in _parts(document.value):
            line, column = document.position(path)
            assert line >= 1
            assert column >= 1


def _parts(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield path, value
    steps: Any = ()
    if isinstance(value, dict):
        steps = value.items()
    elif isinstance(value, list):
        steps = enumerate(value)
    for step, item in steps:
        yield from _parts(item, (*path, step))


def test_the_reader_of_yaml_uses_libyaml_here() -> None:
    assert YamlReader.__module__ == yaml_reader.__name__
    assert yaml.__with_libyaml__ == (yaml_reader.Parser is not yaml.SafeLoader)


def test_a_reading_leaves_nothing_for_the_garbage_collector() -> None:
    content = YAML_SPEC.encode()
    gc.collect()
    gc.disable()
    try:
        for _ in range(5):
            load(content, file="spec")
        assert gc.collect() == 0
    finally:
        gc.enable()
