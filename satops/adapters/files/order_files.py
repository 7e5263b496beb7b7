"""The tree of order specs on disk, and the files that specs refer to.

A pull request can add anything here: links, pipes, names with line ends.  Each becomes a problem
with its position; none stops the walk, and no file outside of the repository is read.
"""

import os
import posixpath
from collections import OrderedDict
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.core.loading import CHECKS, MAX_SPEC_BYTES
from satops.core.problem import Problem
from satops.core.safe import shown
from satops.ports import SourceFile

SPEC_SUFFIXES = (".yaml", ".yml", ".json")
"""In any letter case; other files are skipped."""
MAX_INCLUDE_BYTES = 32 * 1024 * 1024
"""Bytes of one file that a spec refers to."""
_KEPT_BYTES = 64 * 1024 * 1024
"""Bytes of included files to keep in memory, since many specs share an AOI."""
LFS_WORDS = (
    "The file itself was not fetched. Run `git lfs pull`; in CI, let the checkout take LFS files."
)
_LFS_BEGIN = b"version https://git-lfs.github.com/spec/"
_LFS_MAX_BYTES = 1024
_PATH_SHOWN = 400
_CHECK_OF = {"special": "L21", "link": "L22", "large": "L08"}


class OrderTree:
    """The folder of orders of one repository."""

    def __init__(
        self, root: Path, orders: str, *, why_absent: Callable[[str], str] = lambda _: ""
    ) -> None:
        """`why_absent` returns more about a missing file; empty for nothing."""
        self._why_absent = why_absent
        self._root = _real(root)
        self._orders = posixpath.normpath(orders)
        self._included: OrderedDict[str, tuple[bytes, str] | str] = OrderedDict()
        self._included_bytes = 0

    def walk(self) -> Iterator[SourceFile | Problem]:
        """Yield every spec file in path order, or the problem that hides it.

        Names that begin with a dot are skipped, and links to folders are not followed.  If the
        folder of orders is missing there is one problem, an `info`, since a repository may begin
        without orders.
        """
        folder = self._inside(self._orders)
        if folder is None:
            yield _problem(
                "L22", self._orders, "The folder of orders lies outside of this repository."
            )
            return
        if not os.path.lexists(folder):
            yield _problem(
                "L25",
                self._orders,
                f"The folder {_safe(self._orders)} is not there, so there are no orders. "
                "Write the first one with `satops new`, or correct `orders` in satops.yaml.",
            )
            return
        yield from self._walk_folder()

    def include(self, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        """Return the bytes and SHA-256 of a file that a spec refers to, or a sentence that says
        what is wrong.

        `ref` is relative to the spec and may not lead out of the repository, also not through
        links.
        """
        wrong = _wrong_ref(ref)
        if wrong:
            return f"The path {shown(ref)} {wrong}"
        path = posixpath.normpath(posixpath.join(posixpath.dirname(spec_file), ref))
        known = self._included.get(path)
        if known is None:
            known = self._included[path] = self._read_include(path, spec_file, ref)
            self._forget_oldest()
        else:
            self._included.move_to_end(path)
        return known

    def _walk_folder(self) -> Iterator[SourceFile | Problem]:
        waiting = [f"{self._orders}/"]
        while waiting:
            path = waiting.pop()
            if path[-1] != "/":
                yield self._read(path)
                continue
            folder = path[:-1]
            try:
                names, problems = _listed(f"{self._root}/{folder}", folder)
            except OSError as error:
                words = f"The system says: {error.strerror}. Its orders are not read."
                yield _problem("L24", folder, words)
                continue
            yield from problems
            waiting += reversed(names)

    def _read(self, path: str) -> SourceFile | Problem:
        read = read_plain(f"{self._root}/{path}", MAX_SPEC_BYTES)
        if isinstance(read, bytes) and is_lfs_pointer(read):
            return _problem("L27", path, LFS_WORDS)
        if isinstance(read, bytes):
            return SourceFile(path, read, sha256(read).hexdigest())
        if read.kind == "link":
            linked = self._read_linked(path)
            if isinstance(linked, bytes):
                return SourceFile(path, linked, sha256(linked).hexdigest())
            read = linked
        return _problem(_CHECK_OF.get(read.kind, "L20"), path, read.words)

    def _read_linked(self, path: str) -> bytes | Unreadable:
        try:
            target = _real(f"{self._root}/{path}", strict=True)
        except OSError as error:
            words = f"It is a link that leads nowhere. The system says: {error.strerror}."
            return Unreadable("link", words)
        if not self._is_inside(target):
            return Unreadable("link", "It is a link that leaves the repository. Put a copy here.")
        if self._is_of_git(target):
            return Unreadable("link", "It is a link into git's own folder. No order belongs there.")
        if Path(target).is_dir():
            return Unreadable(
                "link",
                "It is a link to a folder, and such links are not followed: the same orders could "
                "be read twice. Move the folder here, or remove the link.",
            )
        return read_plain(target, MAX_SPEC_BYTES)

    def _read_include(self, path: str, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        target = None if path.startswith("../") or path == ".." else self._inside(path)
        if target is None:
            return f"The path {shown(ref)} leaves the repository. Put a copy of the file into it."
        if self._is_of_git(target) or ".git" in path.lower().split("/"):
            return f"The path {shown(ref)} leads into git's own folder. No AOI belongs there."
        read = read_plain(target, MAX_INCLUDE_BYTES)
        if isinstance(read, bytes) and is_lfs_pointer(read):
            return f"The file {_safe(path)} is a pointer of Git LFS. {LFS_WORDS}"
        if isinstance(read, bytes):
            return read, sha256(read).hexdigest()
        if read.kind == "missing":
            return (
                f"There is no file {_safe(path)}. The path {shown(ref)} is relative to the folder "
                f"of {_safe(spec_file)}."
            ) + (self._why_absent(path) or _suggestion(target))
        return f"The file {_safe(path)} cannot be read. {read.words}"

    def _forget_oldest(self) -> None:
        """Drop the oldest bytes until the rest is below the bound."""
        self._included_bytes += _size(next(reversed(self._included.values())))
        while self._included_bytes > _KEPT_BYTES and len(self._included) > 1:
            _, dropped = self._included.popitem(last=False)
            self._included_bytes -= _size(dropped)

    def _inside(self, path: str) -> str | None:
        """Return the real path of a path from the root; None if it leads out of the repository."""
        target = _real(f"{self._root}/{path}")
        return target if self._is_inside(target) else None

    def _is_of_git(self, target: str) -> bool:
        """Tell whether a real path below the root leads through a `.git`, which no commit holds."""
        return ".git" in target[len(self._root) :].lower().split("/")

    def _is_inside(self, target: str) -> bool:
        return target.startswith(self._root.rstrip("/") + "/")


def _real(path: str | Path, *, strict: bool = False) -> str:
    """Return the real path, with forward slashes on every system."""
    return os.path.realpath(path, strict=strict).replace(os.sep, "/")


def is_lfs_pointer(content: bytes) -> bool:
    """Tell whether the content is a pointer of Git LFS."""
    return len(content) < _LFS_MAX_BYTES and content.startswith(_LFS_BEGIN)


def _listed(folder: str, path: str) -> tuple[list[str], list[Problem]]:
    """Return the paths to visit, sorted, and the problems of those that cannot be visited.

    A folder's path ends with a slash, so that it sorts among the paths of its files.
    """
    names: list[str] = []
    problems: list[Problem] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith("."):
                continue
            is_spec = name.lower().endswith(SPEC_SUFFIXES)
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_spec and not is_folder and not (entry.is_symlink() and _is_trap(entry)):
                continue
            if not name.isprintable():
                words = "It has characters that cannot be seen, or is not UTF-8. Rename it."
                problems.append(_problem("L23", f"{path}/{name}", words))
                continue
            names.append(f"{path}/{name}/" if is_folder else f"{path}/{name}")
    names.sort()
    problems.sort(key=lambda problem: problem.file)
    return names, problems


def _is_trap(entry: os.DirEntry[str]) -> bool:
    """Tell whether only following a link would show that it hides no spec."""
    try:
        return entry.is_dir()
    except OSError:  # a loop of links
        return True


def _wrong_ref(ref: str) -> str | None:
    """Return what is wrong with a path, as words that follow the path in a sentence."""
    if not ref:
        return "is empty. Write the path of a file, relative to the spec."
    if not ref.isprintable():
        return "has characters that cannot be seen. Rename the file."
    if "\\" in ref:
        return "has a backslash. Write / between folders, on every system."
    if ref.startswith("/") or ref[1:2] == ":":
        return "is absolute. Write it relative to the spec, so that it is the same everywhere."
    return None


def _suggestion(target: str) -> str:
    """Return a hint at a file of a similar name in the same folder."""
    try:
        names = [path.name for path in Path(target).parent.iterdir()]
    except OSError:
        return ""
    from difflib import get_close_matches

    found = get_close_matches(Path(target).name, names, n=1, cutoff=0.7)
    return f" Did you mean {_safe(found[0])}?" if found else ""


def _size(included: tuple[bytes, str] | str) -> int:
    return len(included) if isinstance(included, str) else len(included[0])


def _safe(path: str) -> str:
    return shown(path, _PATH_SHOWN)


def _problem(check: str, path: str, words: str) -> Problem:
    """Return a problem of a whole file or folder; a file's position is its first line."""
    position = (1, 1) if path.lower().endswith(SPEC_SUFFIXES) else None
    return CHECKS[check].finding((), words).problem(_safe(path), position)
