"""Translate the YAML parser's errors for people who write order specs.

The parser's messages name its inner states ("did not find expected '-' indicator").  The table maps
each of them to the probable fault in the file and its remedy.
"""

from msgspec import Struct

from satops.core.loading.reading import conflict_in
from satops.core.problem import Position
from satops.core.safe import shown

TAB = (
    "A tab stands where YAML wants spaces. YAML does not allow tabs in the indentation, because "
    "their width differs from editor to editor. Put spaces in place of the tab."
)
_RESERVED = (
    "A value cannot begin with {char}, because YAML keeps this character for itself. "
    "Put the value in quotes."
)
OTHER_VERSION = (
    "This file asks for another version of YAML. Remove the %YAML line: specs are read as YAML 1.2."
)
_COLON = (
    "There is a second colon in this line, or the line is indented further than the key before "
    "it. If the colon is part of a text, put the text in quotes. If the line is a new key, "
    "indent it like its neighbours."
)
_UNCLOSED = {
    "while parsing a flow sequence": "The list that begins with [ here has no ] that closes it, "
    "or a comma is missing between two of its items.",
    "while parsing a flow mapping": "The group that begins with { here has no } that closes it, "
    "or a comma is missing between two of its fields.",
    "while scanning a quoted scalar": "The text that begins with a quote here has no closing "
    "quote. Add it. A quote inside of the text is written twice ('') or as \\\".",
}
_ENDS = "The file or the line ends here, and a value is missing or a bracket is not closed."
_WORDS = {
    "mapping values are not allowed": _COLON,
    "found a tab character": TAB,
    "could not find expected ':'": "This line is neither a key with a colon, nor a list item, nor "
    "the rest of the value before it. A key is written as `key: value`, with a space after the "
    "colon.",
    "did not find expected '-' indicator": "A list ends here, but this line is indented as if it "
    "belonged to the list. Begin it with `- `, or indent it like the key that it belongs to.",
    "did not find expected key": "Something stands here that is not a key of this group: the "
    "indentation differs from the lines before it, or a text ends before this place because of "
    "its quotes, or a bracket is closed twice.",
    "did not find expected node content": "A value is expected here. A bracket is closed that was "
    "not opened, or a comma stands where a value is missing.",
    "found unknown escape character": "This backslash begins no escape that YAML knows. Write "
    "\\\\ for a backslash, or put the text in single quotes.",
    "invalid Unicode character escape": "This escape names no character. Write the character "
    "itself.",
    "did not find expected hexdecimal": "This escape is cut short: \\x takes 2 hex digits, \\u 4 "
    "and \\U 8.",
    "block sequence entries are not allowed": "A list item cannot begin here. Put `- ` on a line "
    "of its own, below the key.",
    "mapping keys are not allowed": "A key cannot begin here. Put it on a line of its own.",
    "incompatible YAML document": OTHER_VERSION,
    "undefined tag handle": "A tag (a word that begins with !) stands here. satops reads plain "
    "YAML without tags: remove it. If it is part of a text, put the text in quotes.",
    "unknown directive": "satops knows no such directive. Remove the line that begins with %.",
    "did not find expected <document start>": "A new document begins here without `---` before "
    "it, or this line is not part of the value before it. Check the indentation, or add `---`.",
    "did not find expected alphabetic": "The name of an anchor (&) or an alias (*) is missing. If "
    "the value is a text that begins with & or *, put it in quotes.",
    "did not find expected comment or line break": "After | or > the line must end. Put the text "
    "on the lines below it, indented.",
}


class Complaint(Struct, frozen=True):
    """An error of the parser, with positions."""

    problem: str
    position: Position
    context: str = ""
    context_position: Position | None = None


def explain(complaint: Complaint, text: str) -> tuple[tuple[int, int], str]:
    """Return position and message for an error in `text`."""
    if (conflict := conflict_in(text)) is not None:
        return conflict
    char = _char_at(text, complaint.position)
    if char == "\t" and complaint.context_position in (None, complaint.position):
        return complaint.position, TAB
    unclosed = _UNCLOSED.get(complaint.context)
    if unclosed and complaint.context_position and "expected" in complaint.problem:
        line, _ = complaint.position
        return complaint.context_position, f"{unclosed} The reader gave up at line {line}."
    if "cannot start any token" in complaint.problem:
        return complaint.position, _RESERVED.format(char=shown(char) or "this")
    if "node content" in complaint.problem and not char:
        return complaint.position, _ENDS
    for said, words in _WORDS.items():
        if said in complaint.problem:
            return complaint.position, words
    return complaint.position, f"This is not valid YAML: {complaint.problem}."


def _char_at(text: str, position: Position) -> str:
    line, column = position
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n", line)
    if len(lines) < line:
        return ""
    return lines[line - 1][column - 1 : column]
