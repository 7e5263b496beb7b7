"""The last plan of a repository in which everything was bought: its bytes, and what it came from.

A plan is a function of its inputs.  Where none of them has changed, and the plan holds nothing that
time could change, the answer is the one that was given before: what is left to do is to look at
the tree and the ledger, and to see that they are what they were.  That is all this module does,
with next to no imports, so that such a plan costs little more than a look at its files.

Whatever is out of the ordinary (a link, a store that is no file, a cache without its seal) is not
judged here: the plan is then made anew.
"""

import os
import time
from hashlib import sha256

from satops import __version__
from satops.adapters.files.file_digests import FileDigests
from satops.adapters.files.sealed import machine_key, read_sealed, write_sealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PLACE = ".satops/cache/plan"
"""From the root of the repository."""
_FORMAT = "satops.plan-memory/1"
_CONFIG = "satops.yaml"
_SCHEMAS = ("order.schema.json", "config.schema.json", "modes.json")
_GUARD = "SATOPS_STATE"
_SUFFIXES = (".yaml", ".yml", ".json")
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW
_BLOCK_BYTES = 16 * 1024
"""Nearly every spec fits, and a larger buffer costs more than a second read."""
_LEDGER_BLOCK_BYTES = 1024 * 1024
_CLOCK = b'"made_at":"'
_CLOCK_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class TreeDigest:
    """One digest of a tree: every spec file in the order of its path, with its SHA-256."""

    def __init__(self) -> None:
        self._digest = sha256()
        self._files = 0

    def add(self, path: str, file_sha256: str) -> None:
        """Take the next file."""
        self._files += 1
        self._digest.update(f"{path}\0{file_sha256}\n".encode())

    def text(self) -> str:
        """Return the number of files so far, and the digest of them all."""
        return f"{self._files} {self._digest.hexdigest()}"


def remember(
    root: str,
    environ: "Mapping[str, str]",
    *,
    config_sha256: str,
    orders: str,
    tree: str,
    includes: "Mapping[str, str]",
    ledger: str,
    ledger_sha256: str,
    report: "Iterable[bytes]",
) -> None:
    """Keep the JSON of a plan, with the digests of all that it was made from.

    `tree` is the text of a `TreeDigest` of the folder `orders`; `includes` the SHA-256 of each
    file that specs refer to, by its path from the root; `ledger` the path of the ledger's file.
    """
    key = machine_key(environ)
    if key is None:
        return
    lines = [_FORMAT, rules_digest(config_sha256, environ), orders, tree, ledger, ledger_sha256]
    lines += [f"{digest} {path}" for path, digest in includes.items()]
    if not any("\n" in line for line in lines):
        head = "\n".join(lines).encode(errors="surrogateescape") + b"\n\n"
        write_sealed(f"{root}/{PLACE}", key, (head, *report))


def recall(
    start: str, environ: "Mapping[str, str]"
) -> "tuple[memoryview, bytes, memoryview] | None":
    """Return the JSON of the plan as of now, in parts; None where it must be made.

    `start` is a folder in the repository.
    """
    root = _root(os.path.abspath(start)) if os.path.isdir(start) else None
    key = machine_key(environ)
    if root is None or key is None:
        return None
    content = read_sealed(f"{root}/{PLACE}", key)
    if content is None:
        return None
    end = content.index(b"\n\n")
    known = content[:end].decode(errors="surrogateescape").split("\n")
    try:
        with FileDigests(root, key) as digests:
            _compare(known, _Present(root, environ, digests))
    except (OSError, _Unusual):
        return None
    now = time.strftime(_CLOCK_FORMAT, time.gmtime()).encode()
    clock = content.index(_CLOCK, end) + len(_CLOCK)
    report = memoryview(content)  # it is large, and a slice of bytes is a copy
    return report[end + 2 : clock], now, report[clock + len(now) :]


class _Unusual(Exception):
    """Something that is for the plan to judge."""


def _compare(known: list[str], present: "_Present") -> None:
    """Raise `_Unusual` where something is not what it was when it was noted."""
    if known[:6] != present.lines(orders=known[2], tree=known[3], ledger=known[4]):
        raise _Unusual
    for line in known[6:]:
        digest, _, path = line.partition(" ")
        if present.file_digest(path) != digest:
            raise _Unusual


class _Present:
    """What `remember` would note today."""

    def __init__(self, root: str, environ: "Mapping[str, str]", digests: FileDigests) -> None:
        self._digests = digests
        self._root = root
        self._environ = environ

    def lines(self, *, orders: str, tree: str, ledger: str) -> list[str]:
        """Return all but the files that specs refer to; `tree` is what was noted of the tree."""
        paths = list(_walk(self._root, orders))
        if not tree.startswith(f"{len(paths)} "):
            raise _Unusual  # files came or went: such plans need not read any file twice
        rules = rules_digest(self.file_digest(_CONFIG), self._environ)
        digest = TreeDigest()
        for path in paths:
            digest.add(path, self._digest(path, f"{self._root}/{path}", _BLOCK_BYTES))
        file = os.path.join(self._root, ledger)
        return [
            _FORMAT, rules, orders, digest.text(), ledger,
            self._digest(ledger, file, _LEDGER_BLOCK_BYTES),
        ]  # fmt: skip

    def file_digest(self, path: str) -> str:
        """Return the SHA-256 of a file inside of the repository, to which no link leads."""
        full = f"{os.path.realpath(self._root)}/{path}"
        if os.path.realpath(full) != full:
            raise _Unusual
        return self._digest(path, full, _LEDGER_BLOCK_BYTES)

    def _digest(self, path: str, full: str, block_bytes: int) -> str:
        status = os.lstat(full)
        known = self._digests.known(path, status)
        if known is None:
            known = _digest(full, block_bytes)
            self._digests.note(path, status, known)
        return known


def _root(folder: str) -> str | None:
    while not os.path.isfile(f"{folder}/{_CONFIG}"):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def rules_digest(config_sha256: str, environ: "Mapping[str, str]") -> str:
    """Return the digest of what says how the tree and the ledger are read: tool, schemas, and the
    configuration, without the files that it names.
    """
    package = __file__.removesuffix("/adapters/files/plan_memory.py")
    parts = [__version__, config_sha256, repr(environ.get(_GUARD))]
    for name in _SCHEMAS:
        inside, beside = f"{package}/schema/{name}", f"{os.path.dirname(package)}/schema/{name}"
        path = inside if os.path.isfile(inside) else beside
        parts.append(_digest(path, _LEDGER_BLOCK_BYTES))
    return sha256("\n".join(parts).encode(errors="surrogateescape")).hexdigest()


def _walk(root: str, folder: str) -> "Iterator[str]":
    """Yield the path of every spec file, in the order of `OrderTree.walk`."""
    if os.path.realpath(f"{root}/{folder}") != f"{os.path.realpath(root)}/{folder}":
        raise _Unusual
    waiting = [f"{folder}/"]
    while waiting:
        path = waiting.pop()
        if path[-1] != "/":
            yield path
            continue
        names = []
        with os.scandir(f"{root}/{path}") as entries:
            for entry in entries:
                name = entry.name
                if name[0] == ".":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    names.append(f"{path}{name}/")
                elif not entry.is_file(follow_symlinks=False):
                    raise _Unusual
                elif name.lower().endswith(_SUFFIXES):
                    names.append(path + name)
                else:
                    continue
                if not name.isprintable():
                    raise _Unusual
        names.sort(reverse=True)
        waiting += names


def _digest(path: str, block_bytes: int) -> str:
    """Return the SHA-256 of a file."""
    file = os.open(path, _FLAGS)
    try:
        block = os.read(file, block_bytes)
        digest = sha256(block)
        while len(block) == block_bytes:
            block = os.read(file, block_bytes)
            digest.update(block)
    finally:
        os.close(file)
    return digest.hexdigest()
