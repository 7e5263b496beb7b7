"""What a plain scalar stands for: the core schema of YAML 1.2 (section 10.3.2)."""

import re

WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
"""The plain scalars that stand for something else than text or a number."""
DECIMAL = re.compile(
    r"[-+]?(?:[0-9]+(\.[0-9]*)?|(\.[0-9]+))([eE][-+]?[0-9]+)?",
).fullmatch
"""Without a matched group it is an integer."""
NOT_DECIMAL = re.compile(
    r"0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
).fullmatch
NOT_TEXT = frozenset(["", *"~nNtTfF0123456789+-."])
"""How a plain scalar begins that may be something else than text."""
