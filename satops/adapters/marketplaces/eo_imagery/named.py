"""Find order numbers anywhere in an answer: a refusal that names an order is not taken for one.

Order numbers have no fixed form.  A text counts as one by the key it stands under, or by the forms
in the marketplace's documentation.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from satops.core import json_text

_PROGRAMMING: Final = re.compile(r"(?:PROG|ORDER)_\w*\d\w*", re.I)
_UUID: Final = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.I)
"""The documented forms are `PROG_ORDER_202310270001`, `ORDER_202310270001` and a UUID."""
_ORDER_KEY: Final = re.compile(r"order|订单", re.I)
_NUMBER_KEY: Final = re.compile(r"(?:^|_)(?:id|no|num|number)$|(?:Id|No|Num|Number)$", re.I)
_ORDER_NO_KEY: Final = re.compile(r"order_?no", re.I)
_CHINESE: Final = re.compile(r"订单[^\W\d]{0,6}\W{0,3}(\w*[0-9]\w*)")
""""Order" in Chinese, which the operators write, and a following word with a digit."""
_IN_TEXT: Final = re.compile(
    r"order\W{0,3}_?(?:no|num|number|id)\b|(?:PROG|ORDER)_\w*\d|订单.{0,9}\d", re.I
)
_LONE: Final = re.compile(r"[\w.:/-]{0,200}\d[\w.:/-]{0,200}")
_NESTED_MAX: Final = 3
"""Maximum depth of JSON texts within JSON texts."""


def named_orders(whole: Mapping[str, Any]) -> list[str]:
    """Return every text or number of an envelope that may be an order number, each once.

    At the top level: values under a key with `order`.  In `data` also: bare values, values in a
    list, values under a key like `id` or `no`, and UUIDs.  A sentence with blanks counts only if it
    contains a documented form.
    """
    found: list[str] = []
    for key, value in whole.items():
        if key != "code":
            in_data = key == "data"
            is_order = in_data or _says_order(key, in_data=False)
            found += _named(value, in_data=in_data, is_order=is_order)
    return list(dict.fromkeys(found))


def order_numbers(whole: object) -> set[str]:
    """Return the values of the key `orderNo`, at any depth."""
    numbers = set()
    waiting = [whole]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            numbers |= {str(v) for k, v in value.items() if _ORDER_NO_KEY.fullmatch(k) and v}
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return numbers


def named_in_address(address: str) -> bool:
    """Tell whether an address, for example in a header, ends with a possible order number."""
    return bool(_PROGRAMMING.search(address) or _UUID.search(address))


def may_name_an_order(body: str) -> bool:
    """Tell whether a body without the envelope may name an order.

    A body that begins like JSON and cannot be parsed, or has a key twice, may.
    """
    begins_as_json = body.lstrip()[:1] in ("{", "[")
    try:
        found = json_text.loads_strict(body)
    except json_text.NotJson:
        text = body.replace("\0", "").strip()
        return begins_as_json or bool(_IN_TEXT.search(text) or _LONE.fullmatch(text))
    return bool(named_orders(found if isinstance(found, dict) else {"data": found}))


def _says_order(key: str, *, in_data: bool) -> bool:
    return bool(_ORDER_KEY.search(key) or (in_data and _NUMBER_KEY.search(key)))


def _named(value: object, *, in_data: bool, is_order: bool) -> Iterator[str]:
    waiting = [(value, is_order, 0)]
    while waiting:
        value, is_order, nested = waiting.pop()
        if isinstance(value, str):
            inner = _json_in(value) if nested < _NESTED_MAX else None
            if inner is not None:
                waiting.append((inner, is_order, nested + 1))
            else:
                yield from _named_in(value, in_data=in_data, is_order=is_order)
        elif isinstance(value, dict):
            waiting += [(v, _says_order(k, in_data=in_data), nested) for k, v in value.items()]
        elif isinstance(value, list):
            waiting += [(item, is_order, nested) for item in value]
        elif is_order and value and not isinstance(value, bool):
            yield str(value)


def _json_in(text: str) -> object:
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return None
    try:
        return json_text.loads(text)
    except json_text.NotJson:
        return None


def _named_in(text: str, *, in_data: bool, is_order: bool) -> Iterator[str]:
    if is_order and len(text.split()) == 1 and text.strip() != "0":
        yield text.strip()
        return
    yield from (match[0] for match in _PROGRAMMING.finditer(text))
    yield from (match[1] for match in _CHINESE.finditer(text))
    if in_data:  # elsewhere a UUID is mostly the request's id
        yield from (match[0] for match in _UUID.finditer(text))
