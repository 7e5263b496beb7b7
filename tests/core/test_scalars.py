"""Plain scalars are those of YAML 1.2, and not what Python would read in them."""

import re
from math import isfinite

from hypothesis import example, given
from hypothesis import strategies as st

from satops.core.loading.scalars import BadNumber, plain_value

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
