"""What a problem came from: a look-alike, or a placeholder; and never one that is not the cause."""

import time
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from satops.adapters.files.config_file import parse_config
from satops.adapters.files.schemas import order_schema
from satops.core.geometry.aoi import Aoi, read_aoi
from satops.core.geometry.forms import read_geometry
from satops.core.loading import Document, load
from satops.core.loading.causes import with_causes
from satops.core.problem import Problem
from satops.core.spec.read import read_spec
from satops.core.spec.spec import Source
from satops.errors import UsageError
from satops.offers.eo_imagery import EO_IMAGERY

SPEC = """\
name: coast-watch
order:
  provider: tianyi
  geometry: {bbox: [108.1, 15.9, 108.3, 16.1]}
  startDate: 2035-03-01T00:00Z
  endDate: 2035-03-15T00:00Z
  resolutionType: stripmap
  maxCloud: 20
"""
SCHEMA = order_schema(EO_IMAGERY)


def of_document(document: Document) -> list[Problem]:
    source = Source("a.yaml", document.line, document.index, 1, "0" * 64)
    return read_spec(document, source=source, schema=SCHEMA, offer=EO_IMAGERY, zone=UTC)[1]


def as_it_is(content: bytes, syntax: str = "yaml") -> list[Problem]:
    documents, problems = load(
        content, file="a.yaml", syntax="json" if syntax == "json" else "yaml"
    )
    return [*problems, *(problem for document in documents for problem in of_document(document))]


def told(text: str, syntax: str = "yaml") -> list[Problem]:
    content = text.encode()
    return with_causes(content, as_it_is(content, syntax), lambda other: as_it_is(other, syntax))


def changed(*pairs: tuple[str, str]) -> str:
    text = SPEC
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


LOOK_ALIKES = [
    ("provider: ", "provider\uff1a", "L01", (3, 11), "fullwidth colon", "a colon and a space"),
    ("provider:", "provider\uff1a", "L01", (3, 11), "fullwidth colon", "write `:` in"),
    ("maxCloud: ", "maxCloud\ufe55", "L01", (8, 11), "small colon", "a colon and a space"),
    ("order:", "order\u2236", "L01", (2, 6), "ratio", "write `:` in"),
    ("provider: ", "provider:\u00a0", "L01", (3, 12), "no-break space", "write a space"),
    ("provider:", "provider\u00a0:", "V01", (3, 11), "no-break space", "write a space"),
    ("  geometry", "\u00a0 geometry", "L01", (4, 1), "no-break space", "write a space"),
    ("  geometry", "\u3000geometry", "L01", (4, 1), "ideographic space", "write two spaces"),
    ("  geometry", "\u00a0  geometry", "L01", (4, 1), "no-break space", ": remove it."),
    ("  geometry", "\u2003 geometry", "L01", (4, 1), "em space", "write a space"),
    ("tianyi", "tianyi\u200b", "V04", (3, 19), "zero width space", "remove it"),
    ("tianyi", "tian\u2060yi", "V04", (3, 17), "word joiner", "remove it"),
    ("tianyi", "tianyi\ufe0f", "V04", (3, 19), "variation selector-16", "remove it"),
    ("provider", "pro\u00advider", "V01", (3, 6), "soft hyphen", "remove it"),
    ("name", "\u200bname", "V01", (1, 1), "zero width space", "remove it"),
    ("coast-watch", "coast\u200dwatch", "N02", (1, 12), "zero width joiner", "remove it"),
    ("coast-watch", "coast\u2011watch", "N02", (1, 12), "non-breaking hyphen", "write `-`"),
    ("2035-03-01", "2035-03\u221201", "T11", (5, 21), "minus sign", "write `-`"),
    ("00:00Z\n  end", "00\uff1a00Z\n  end", "T11", (5, 27), "fullwidth colon", "write `:` in"),
    ("108.1", "\u20138.1", "G01", (4, 21), "en dash", "write `-`"),
    ("15.9", "1\uff15.9", "G01", (4, 29), "fullwidth digit five", "write `5`"),
    ("15.9", "15\u30029", "G01", (4, 30), "ideographic full stop", "write `.`"),
    ("108.1,", "108.1\uff0c", "G01", (4, 26), "fullwidth comma", "write `,`"),
    ("108.1,", "108.1\u3001", "G01", (4, 26), "ideographic comma", "write `,`"),
    ("{bbox", "\uff5bbbox", "L01", (4, 13), "fullwidth left curly bracket", "write `{`"),
    (": 20\n", ": 2\u0660\n", "V03", (8, 14), "arabic-indic digit zero", "write `0`"),
    ("tianyi", "t\u0456anyi", "V04", (3, 14), "cyrillic small letter", "write `i`"),
    ("order", "\u03bfrder", "V01", (2, 1), "greek small letter omicron", "write `o`"),
    ("tianyi", "tianyi \uff03 radar", "V04", (3, 20), "fullwidth number sign", "write `#`"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "check", "place", "name", "advice"), LOOK_ALIKES)
def test_a_look_alike_is_named_with_its_place(
    old: str, new: str, check: str, place: tuple[int, int], name: str, advice: str
) -> None:
    if check == "T11":  # a date of both windows would be two problems
        (problem,) = told(SPEC.replace(old, new, 1))
    else:
        (problem,) = told(changed((old, new)))
    assert (problem.check, problem.line, problem.column) == (check, *place)
    char = next(char for char in new if not char.isascii())
    assert f"The character U+{ord(char):04X} ({name}" in problem.detail
    assert f") stands at line {place[0]}, column {place[1]}." in problem.detail
    assert advice in problem.detail


@pytest.mark.parametrize(("old", "new", "check", "place", "name", "advice"), LOOK_ALIKES)
def test_who_does_what_is_told_has_a_sound_spec(
    old: str, new: str, check: str, place: tuple[int, int], name: str, advice: str
) -> None:
    text = SPEC.replace(old, new, 1)
    (problem,) = told(text)
    written = {
        "a colon and a space": ": ",
        "write two spaces": "  ",
        "write a space": " ",
    }.get(advice, "" if "remove it" in advice else advice.split("`")[1] if "`" in advice else "")
    lines = text.split("\n")
    line, column = problem.line or 0, problem.column or 0
    lines[line - 1] = lines[line - 1][: column - 1] + written + lines[line - 1][column:]
    assert as_it_is("\n".join(lines).encode()) == []


def test_those_that_go_together_are_told_together() -> None:
    (quotes,) = told(changed(("tianyi", "\u201ctianyi\u201d")))
    assert "The same holds for U+201D (right double quotation mark) at line 3, column 20." in (
        quotes.detail
    )
    (indent,) = told(changed(("  provider", "\u00a0\u00a0provider"), ("  geo", "\u00a0\u00a0geo")))
    assert "The same holds for 3 more, up to line 4, column 2." in indent.detail


def test_how_often_the_file_has_it_is_told() -> None:
    (problem,) = told(SPEC.replace(": ", "\uff1a"))
    assert (problem.line, problem.column) == (1, 5)
    assert "The file has this character 8 times." in problem.detail


def test_what_is_wrong_after_that_is_told_too() -> None:
    (problem,) = told(changed(("2035-03-01T00:00Z", "2035\u201303\u201301")))
    assert "Then: 2035-03-01 has no time of day." in problem.detail


def test_indents_that_plain_blanks_alone_do_not_mend_are_told() -> None:
    (problem,) = told(changed(("  provider", "\u00a0\u00a0\u00a0 provider")))
    assert (problem.line, problem.column) == (3, 1)
    assert "indent the line with spaces, as its neighbours are" in problem.detail


TEXTS = "description: \u201cDelta\u201d \u2013 \u6ce8\u610f\uff1aok \u043f\u0440\u0438\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tianyi", "eagle"),
        ("tianyi", "ti\u00e1nyi"),
        ("coast-watch", "\u6d77\u5cb8"),
        ("coast-watch", "\u043c\u043e\u0441\u043a\u0432\u0430"),
        ("  endDate", "    endDate"),
        ("  maxCloud: 20", "  maxCloud 20"),
        ("2035-03-01T00:00Z", "2035-03-01"),
        ("tianyi", "eagle # \u201c\u6ce8\u610f\uff1a"),
        ("order:", "description: l\u2019eau\u00a0: le delta\norder:"),
        ("  endDate", "  note: |\n    \u3000\u3000\u6e44\u516c\u6cb3\n    endDate"),
        ("order:", f"description: '{40 * chr(0xFF1A)}'\norder: x: y"),
    ],
)
def test_a_look_alike_that_is_not_the_cause_is_not_named(old: str, new: str) -> None:
    text = changed((old, new))
    if "description" not in new:
        text = TEXTS + text
    assert told(text) == as_it_is(text.encode()) != []


def test_json_is_told_alike() -> None:
    (problem,) = told('{\u201cname\u201d: "x",\n "order": 1}', "json")
    assert (problem.check, problem.line, problem.column) == ("L02", 1, 2)
    assert "U+201C (left double quotation mark)" in problem.detail


def test_one_character_is_told_once_whatever_it_breaks() -> None:
    text = "\n".join(
        line.replace("  ", "\u3000", 1) if line.startswith("  ") else line
        for line in SPEC.split("\n")
    )
    (problem,) = told(text)
    assert (problem.line, problem.column) == (3, 1)


@given(st.text(alphabet="ab:- \n\u00a0\u3000\uff1a\u201c\u200b[]{}'\"#1", max_size=40))
def test_no_text_raises_and_no_error_is_lost(text: str) -> None:
    before, after = as_it_is(text.encode()), told(text)
    assert bool(before) == bool(after)
    assert all(problem.detail.isprintable() for problem in after)


def test_a_long_text_is_told_as_it_is() -> None:
    text = changed(("tianyi", "tianyi\u200b")) + "# \n" * 30_000
    assert told(text) == as_it_is(text.encode())


def test_a_hostile_text_is_read_a_bounded_number_of_times() -> None:
    sizes = []

    def read(content: bytes) -> list[Problem]:
        sizes.append(len(content))
        return as_it_is(content)

    text = "".join(f"k\u200b{number}: \u201cx\n" for number in range(2_000))
    with_causes(text.encode(), as_it_is(text.encode()), read)
    assert sizes
    assert sum(sizes) <= 512 * 1024


@pytest.mark.parametrize(("before", "is_named"), [(20, True), (200, False)])
def test_a_cause_that_would_take_too_many_readings_to_find_is_not_named(
    before: int, *, is_named: bool
) -> None:
    text = f"a: {before * chr(0xFF0C)}{chr(0xFF1A)}"
    error = replace(as_it_is(b"name: X\n")[0], line=1, column=4)

    def read(content: bytes) -> list[Problem]:
        return [error] if chr(0xFF1A) in content.decode() else []

    (problem,) = with_causes(text.encode(), [error], read)
    assert ("U+FF1A (fullwidth colon)" in problem.detail) == is_named
    assert is_named or problem == error


PLACEHOLDERS = [
    ("2035-03-01T00:00Z", "{{ start }}", "L04", (5, 14)),
    ("2035-03-01T00:00Z", '"{{ start }}"', "T11", (5, 15)),
    ("coast-watch", "{{ id }}-coast", "L04", (1, 7)),
    ("coast-watch", "coast-{{ id }}", "N02", (1, 13)),
    ("20\n", "{{ cloud | default(20) }}\n", "L04", (8, 13)),
    ("name:", "{% for a in b %}\nname:", "L01", (1, 1)),
    ("order:", "{{- if .a }}\norder:", "L01", (2, 1)),
    ("tianyi", "${{ inputs.provider }}", "V04", (3, 13)),
    ("tianyi", "${PROVIDER}", "V04", (3, 13)),
    ("tianyi", "$PROVIDER", "V04", (3, 13)),
    ("tianyi", "<%= provider %>", "V04", (3, 13)),
    ("tianyi", "<PROVIDER>", "V04", (3, 13)),
    ("tianyi", "__PROVIDER__", "V04", (3, 13)),
    ("2035-03-01T00:00Z", "'{year}-03-01T00:00Z'", "T11", (5, 15)),
    ("coast-watch", "coast-{number}", "N02", (1, 13)),
    ("coast-watch", "@@NAME@@", "L01", (1, 7)),
    ("coast-watch", "%(name)s", "L01", (1, 7)),
]


@pytest.mark.parametrize(("old", "new", "check", "place"), PLACEHOLDERS)
def test_a_placeholder_is_called_so(old: str, new: str, check: str, place: tuple[int, int]) -> None:
    (problem,) = told(changed((old, new)))
    assert (problem.check, problem.line, problem.column) == (check, *place)
    assert "is the placeholder of a template, and nothing has filled it in." in problem.detail


@pytest.mark.parametrize(
    "line", ["description: set {{ x }} and ${Y}", "  # {{ x }}", "labels: {a: '<X>'}"]
)
def test_what_looks_like_a_placeholder_in_a_sound_text_is_no_fault(line: str) -> None:
    assert told(f"{SPEC}{line}\n") == []


def test_a_group_of_one_field_is_no_placeholder() -> None:
    text = changed(("tianyi", "{tianyi}"))
    assert told(text) == as_it_is(text.encode()) != []


@pytest.mark.parametrize("part", ["{", "${a", "$(a", "<%", "<your"])
def test_a_line_of_beginnings_takes_no_time(part: str) -> None:
    begun = time.process_time()
    assert told(changed(("coast-watch", part * 9_999)))
    assert time.process_time() - begun < 1


def test_a_placeholder_in_another_value_is_not_named() -> None:
    text = changed(("tianyi", "eagle # ${X}"), ("coast-watch", "coast\ndescription: ${X}"))
    assert told(text) == as_it_is(text.encode()) != []


def test_the_configuration_is_told_by_its_causes_and_shows_no_value() -> None:
    with pytest.raises(UsageError) as caught:
        parse_config("orders\uff1aorders/\ntimezone: UTC\n".encode())
    assert "U+FF1A (fullwidth colon) stands at line 1, column 7." in str(caught.value)
    with pytest.raises(UsageError) as caught:
        parse_config(b"marketplace: {url: 'https://$SECRET1@example.org'}\n")
    assert "SECRET1" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("POLYGON \uff08\uff08105 10, 106 10, 106 11, 105 10\uff09\uff09", "fullwidth left paren"),
        ("POLYGON ((\u2212105 10, 106 10, 106 11, \u2212105 10))", "minus sign"),
        ("\u200bPOLYGON ((105 10, 106 10, 106 11, 105 10))", "zero width space"),
        ('{"type"\uff1a "Polygon", "name": "\u201cx\u201d"}', "fullwidth colon"),
        ("{\u201ctype\u201d: \u201cPolygon\u201d}", "left double quotation mark"),
    ],
)
def test_a_look_alike_in_an_aoi_file_is_named(text: str, name: str) -> None:
    aoi = read_aoi(text.encode())
    finding = read_geometry(aoi.geometry)[1][0] if isinstance(aoi, Aoi) else aoi
    assert f"({name}" in finding.detail
    assert "stands at line 1, column " in finding.detail
