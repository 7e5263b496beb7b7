"""Run git; no other module starts it.

Files in a pull request named `HEAD`, `config`, `objects` and `refs` make a folder look like a
repository, and git would run the programs that its configuration names.  No commit can hold a file
named `.git`, so this module searches for `.git` itself, and passes the repository to git with every
call.

Calls have a time limit, never ask for input, and do not receive the terminal's Ctrl-C. git finds
credentials by itself (configuration, helpers, ssh agent); satops never sees them, and messages omit
what stands before an address's `@`.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

from msgspec import Struct

from satops.adapters.child_environment import child_environment
from satops.core.redaction import Redactor, passwords_of, without_credentials
from satops.errors import StoreUnreachable

NEEDED = (2, 38)
"""The first version with `safe.bareRepository`."""
TIMEOUT_S = 30.0
"""Seconds, for calls that stay on this machine."""
_REASON_LINES_MAX = 6
_ADVICE = ("hint:", "warning:")
# A hook or an outer git may have set these to another repository, index or object store.
_NOT_PASSED_ON = frozenset(
    {
        "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_CONFIG",
        "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_QUARANTINE_PATH", "GIT_PREFIX", "GIT_INTERNAL_SUPER_PREFIX", "GIT_NAMESPACE",
        "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_NO_REPLACE_OBJECTS",
        "GIT_ATTR_SOURCE", "GIT_CURL_VERBOSE", "LANGUAGE",
    }
)  # fmt: skip
_CONFIGURATION = (
    "safe.bareRepository=explicit",
    "core.hooksPath=/dev/null",  # hooks of the code repository must not affect the ledger
    "core.fsmonitor=false",
    "push.followTags=false",
    "push.recurseSubmodules=no",
    "fetch.recurseSubmodules=no",
    "i18n.commitEncoding=UTF-8",
    *(f"color.{what}=false" for what in ("ui", "remote", "push", "transport", "advice")),
)


class Checkout(Struct, frozen=True):
    """A git repository and its work tree, as git reports them from the work tree's top."""

    git_dir: str
    top: Path
    """Top of the work tree, with links resolved."""
    prefix: str
    """Path of the wanted folder from the top: empty, or with a final slash."""


class Ran(Struct, frozen=True):
    """The result of one call of git."""

    code: int | None
    """Exit code; None if git was killed at the time limit."""
    out: bytes
    reason: str
    """Error output of git, safe for a message."""

    @property
    def ok(self) -> bool:
        """Whether git succeeded."""
        return self.code == 0

    @property
    def text(self) -> str:
        """Output of git, stripped; bytes that are not UTF-8 are replaced."""
        return self.out.decode(errors="replace").strip()


class Git:
    """Calls git in the repository of a folder, which the first call finds.

    Every method raises `StoreUnreachable` if git is missing or older than `NEEDED`, or if the
    folder is in no repository.
    """

    def __init__(self, folder: Path, timeout_s: float, settings: Iterable[str] = ()) -> None:
        self._folder = folder
        self._timeout_s = timeout_s
        self._settings = tuple(settings)

    @property
    def checkout(self) -> Checkout:
        """The repository of the folder; found once per process."""
        return _checkout(self._folder.resolve())

    def run(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> str:
        """Return git's output without the last newline.  Raises `StoreUnreachable` if git fails."""
        ran = self.attempt(*arguments, stdin=stdin, env=env)
        if not ran.ok:
            raise StoreUnreachable(f"`git {arguments[0]}` failed: {ran.reason}")
        return ran.out.decode(errors="replace").removesuffix("\n")

    def attempt(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> Ran:
        """Call git and return its result.  Raises `StoreUnreachable` if it cannot be started."""
        return _attempt(self._started(arguments, env), self._timeout_s, stdin)

    def file_at(self, ref: str, path: str) -> Ran:
        """Read a file of a commit, by its path from the folder; `out` holds its bytes."""
        return self.attempt("cat-file", "blob", f"{ref}:{self.checkout.prefix}{path}")

    def blobs(self, ids: Iterable[str]) -> Iterator[bytes]:
        """Yield the content of blobs, one at a time.  Raises `StoreUnreachable`."""
        with self._started(("cat-file", "--batch"), None) as git:
            assert git.stdin is not None
            assert git.stdout is not None
            try:
                for blob in ids:
                    git.stdin.write(blob.encode() + b"\n")
                    git.stdin.flush()
                    kind, size = (git.stdout.readline().split() + [b""] * 3)[1:3]
                    content = git.stdout.read(int(size) + 1)[:-1] if kind == b"blob" else None
                    if content is None or len(content) < int(size):
                        raise StoreUnreachable(f"git cannot read the object {blob}.")
                    yield content
            except OSError as error:
                raise StoreUnreachable(f"git cannot read objects: {error.strerror}.") from None
            finally:
                _end(git)

    def _started(
        self, arguments: Iterable[str], env: Mapping[str, str] | None
    ) -> "subprocess.Popen[bytes]":
        found = self.checkout
        place = [f"--git-dir={found.git_dir}", f"--work-tree={found.top}"]
        options = [part for item in self._settings for part in ("-c", item)]
        return _start([*place, *options, *arguments], found.top, env)


def git_version() -> tuple[int, ...] | None:
    """Return the version of git; None without a working git."""
    program = _found()
    return _version(program) if program else None


def is_in_work_tree(folder: Path) -> bool:
    """Tell whether a folder lies below a `.git`, without calling git."""
    folder = folder.resolve()
    return any(map(_has_git, (folder, *folder.parents)))


def said(stderr: bytes) -> str:
    """Return a few lines of git's error output, without advice, credentials or control codes."""
    if not stderr:
        return ""
    hide = Redactor(passwords_of(os.environ))
    text = hide(without_credentials(stderr.decode(errors="replace")))
    lines = ("".join(c if c.isprintable() else " " for c in line) for line in text.split("\n"))
    kept = [line.strip() for line in lines if not line.startswith(_ADVICE)]
    return "\n".join([line for line in kept if line][:_REASON_LINES_MAX])


@cache  # an exception is not cached: a repository may be created later
def _checkout(folder: Path) -> Checkout:
    """Find the repository of a folder; the path must hold no links."""
    top = next(filter(_has_git, (folder, *folder.parents)), None)
    if top is None:
        raise StoreUnreachable(f"{folder} is not in a git repository: no folder above has a .git.")
    # Call git in the top itself: it uses the `.git` there first, and refuses another user's.
    asked = _attempt(
        _start(["rev-parse", "--absolute-git-dir", "--show-toplevel"], top, None), TIMEOUT_S
    )
    lines = os.fsdecode(asked.out).splitlines()
    if not asked.ok or len(lines) != 2:
        raise StoreUnreachable(f"The git repository at {top} cannot be used: {asked.reason}")
    git_dir, found = lines[0], Path(lines[1]).resolve()
    if not folder.is_relative_to(found):
        raise StoreUnreachable(
            f"The git repository at {top} has its work tree at {found}, and not around {folder}."
        )
    below = folder.relative_to(found).as_posix()
    return Checkout(git_dir, found, "" if below == "." else f"{below}/")


def _has_git(folder: Path) -> bool:
    try:
        return (folder / ".git").exists()
    except OSError:
        return False


def _program() -> str:
    """Return the path of git.  Raises `StoreUnreachable` if it is too old or missing."""
    needed = ".".join(map(str, NEEDED))
    program = _found()
    version = _version(program) if program else None
    if program is None or version is None:
        raise StoreUnreachable(f"git could not be started. Install git {needed} or newer.")
    if version < NEEDED:
        raise StoreUnreachable(
            f"git is {'.'.join(map(str, version))}, and satops needs {needed} or newer: an older "
            "one can be led to run commands that a pull request brings. Install a newer git."
        )
    return program


def _found() -> str | None:
    program = shutil.which("git")
    return None if program is None else str(Path(program).absolute())


@cache
def _version(program: str) -> tuple[int, ...] | None:
    try:
        asked = _attempt(_popen([program, "--version"], Path("/"), None), TIMEOUT_S)
    except StoreUnreachable:
        return None
    found = re.search(rb"\d+(\.\d+)+", asked.out)
    return tuple(map(int, found[0].split(b"."))) if found else None


def _start(
    arguments: Iterable[str], folder: Path, env: Mapping[str, str] | None
) -> "subprocess.Popen[bytes]":
    options = [part for item in _CONFIGURATION for part in ("-c", item)]
    command = [_program(), "--no-replace-objects", *options, *arguments]
    return _popen(command, folder, env)


def _popen(
    command: Iterable[str], folder: Path, env: Mapping[str, str] | None
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            [*command],
            cwd=folder,
            env={**_environment(), **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A session of its own: Ctrl-C does not interrupt a push, and without a terminal neither
            # git nor ssh can ask for a password.
            start_new_session=True,
        )
    except (OSError, ValueError) as error:  # ValueError: an argument with a NUL
        raise StoreUnreachable(f"git could not be started: {error}.") from None


def _attempt(started: "subprocess.Popen[bytes]", timeout_s: float, stdin: bytes = b"") -> Ran:
    with started as git:
        try:
            out, err = git.communicate(stdin, timeout=timeout_s)
        except subprocess.TimeoutExpired:
            _end(git)
            return Ran(None, b"", f"no end within {timeout_s:g} seconds")
        except BaseException:
            _end(git)
            raise
    return Ran(git.returncode, out, said(err) or f"exit code {git.returncode}")


def _environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in child_environment().items()
        if name not in _NOT_PASSED_ON and not name.startswith("GIT_TRACE")
    }
    # An address in satops.yaml must not run a program, as `ext::` or a helper would.
    kept.setdefault("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh")
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def _end(git: "subprocess.Popen[bytes]") -> None:
    """Kill git and its child processes, so that nothing waits for its pipes."""
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(git.pid, signal.SIGKILL)
        else:  # Windows
            git.kill()


def forge_root(folder: Path) -> Path:
    """Return the root of a folder's git repository, or else the folder."""
    folder = folder.resolve()
    return next((at for at in (folder, *folder.parents) if (at / ".git").exists()), folder)


def folder_in_git(folder: Path) -> str:
    """Return the path of a folder from its git repository's root; empty for the root."""
    inside = folder.resolve().relative_to(forge_root(folder))
    return "" if inside == Path() else inside.as_posix()
