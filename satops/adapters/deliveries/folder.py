"""A folder as download target."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from satops.adapters.deliveries.part import (
    WAIT_S,
    FilePart,
    digest_of_file,
    open_part,
    remove_left,
    replace_file,
)
from satops.adapters.disk import flush_folder
from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.workflow.targets import Part

_SMALL_BYTES = 64 * 1024 * 1024


class FolderTarget:
    """See `workflow.targets.Target`.  Follows no link below the folder."""

    def __init__(self, root: Path, *, wait_s: float = WAIT_S) -> None:
        """Create nothing yet.  `wait_s` is how long to wait for a product that another process
        fetches.
        """
        self.root = root
        self._wait_s = wait_s

    @property
    def address(self) -> str:
        """Path of the folder."""
        return str(self.root)

    def size(self, key: str) -> int | None:
        """Return the size of a file in bytes; None if absent."""
        try:
            found = self._path(key).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def digest(self, key: str) -> str:
        """Return the SHA-256 of a file."""
        return digest_of_file(self._path(key))

    @contextmanager
    def part(self, name: str, part: str) -> Iterator[Part]:
        """Open a part in the folder of its order."""
        folder = self._folder(name)
        with open_part(folder / part, self._wait_s) as opened:
            yield opened

    def tidy(self, name: str, part: str) -> None:
        """Remove part and note, unless another process holds them."""
        remove_left(self._path(f"{name}/{part}"))

    def put(self, part: Part, key: str) -> None:
        """Rename a part; other names in the folder stay unchanged."""
        assert isinstance(part, FilePart)
        final = self._path(key)
        if os.path.lexists(final):
            if self.size(key) == part.size and self.digest(key) == part.digest():
                return
            raise FileExistsError(
                errno.EEXIST,
                "a file of that name with other bytes is in the way; move it elsewhere",
                str(final),
            )
        part.moved_to(final)

    def read(self, key: str) -> bytes | None:
        """Return a small file."""
        found = read_plain(str(self._path(key)), _SMALL_BYTES)
        if isinstance(found, Unreadable):
            if found.kind == "missing":
                return None
            raise OSError(errno.EIO, found.words, str(self._path(key)))
        return found

    def write(self, key: str, content: bytes) -> None:
        """Replace a small file if its content differs."""
        path = self._path(key)
        if "/" in key:
            self._folder(key.partition("/")[0])
        else:
            self._root()
        if not path.is_file() or path.is_symlink() or path.read_bytes() != content:
            replace_file(path, content, is_durable=False)

    def remove(self, key: str) -> None:
        """Remove a small file."""
        self._path(key).unlink(missing_ok=True)

    def keys(self, name: str) -> list[str]:
        """Return the files of an order's folder."""
        try:
            names = sorted(os.listdir(self._path(name)))  # noqa: PTH208 - names alone
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [f"{name}/{each}" for each in names if not each.startswith(".")]

    def _path(self, key: str) -> Path:
        folder, _, rest = key.rpartition("/")
        place = self.root / folder
        if folder and place.is_symlink():
            raise OSError(errno.ELOOP, "it is a link, which is not followed", str(place))
        return place / rest

    def _root(self) -> None:
        if not self.root.is_dir():
            self.root.mkdir(parents=True, exist_ok=True)
            flush_folder(self.root.parent)

    def _folder(self, name: str) -> Path:
        self._root()
        folder = self._path(f"{name}/x").parent
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            flush_folder(self.root)
        return folder
