"""Fenced blocks that a forge draws."""

import re

_RUN = re.compile(r"`+")
_SHORTEST = 3


def fenced(language: str, content: str) -> str:
    """Return a fenced block; its fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in _RUN.findall(content)), default=0)
    fence = "`" * max(_SHORTEST, longest + 1)
    return f"{fence}{language}\n{content}\n{fence}"
