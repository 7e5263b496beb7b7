"""A process that races others: `python -m tests.contracts.racer ADDRESS ROOT`.

Each line on standard input is `HEAD LINE`; it appends LINE on HEAD and answers with one word.
"""

import sys
from pathlib import Path

from satops.adapters.stores.open import open_store
from satops.errors import HeadMoved


def main(address: str, root: str) -> None:
    """Race until standard input ends."""
    store = open_store(address, Path(root))
    _say("ready")
    for command in sys.stdin.buffer:
        head, _, line = command.rstrip(b"\n").partition(b" ")
        try:
            store.append([line], head.decode())
        except HeadMoved:
            _say("moved")
        else:
            _say("won")


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
