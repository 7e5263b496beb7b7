"""Run git: the one place where satops starts it.

A folder of a repository can look like a repository itself: `HEAD`, `config`, `objects` and `refs`
in a pull request are enough, and git would take its configuration, which can name programs to
run.  So the `.git` of the checkout is looked for here: no commit can hold a file of that name.
What is found is told to git with each call, and git is never left to look by itself.

Calls are bounded in time, never ask, and are never seen by the terminal's Ctrl-C.  Credentials are
git's own affair: its configuration, its helpers, ssh and its agent.  Nothing of them passes
through here, and addresses in messages lose what stands before their `@`.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from satops.adapters.child_environment import child_environment
from satops.core.redaction import Redactor, passwords_of, without_credentials
from satops.errors import StoreUnreachable

NEEDED = (2, 38)
"""The first version that can be told not to take any folder for a repository."""
TIMEOUT_S = 30.0
"""For calls that stay on this machine."""
_REASON_LINES_MAX = 6
_ADVICE = ("hint:", "warning:")
# A hook or an outer git may have pointed these at another repository, index or object store.
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
    "core.hooksPath=/dev/null",  # the hooks of a code repository have no say in the ledger
    "core.fsmonitor=false",
    "push.followTags=false",
    "push.recurseSubmodules=no",
    "fetch.recurseSubmodules=no",
    "i18n.commitEncoding=UTF-8",
    *(f"color.{what}=false" for what in ("ui", "remote", "push", "transport", "advice")),
)


@dataclass(frozen=True, slots=True)
class Checkout:
    """A git repository and its work tree, as git found them from the work tree's own top."""

    git_dir: str
    top: Path
    """The top of the work tree, without links in it."""
    prefix: str
    """Of the folder that was asked for, from the top: empty, or with a final slash."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How one call of git ended."""

    code: int | None
    """The exit code; None when git was ended for taking too long."""
    out: bytes
    reason: str
    """What git said, fit for a message."""

    @property
    def ok(self) -> bool:
        """Whether git did what it was asked to do."""
        return self.code == 0

    @property
    def text(self) -> str:
        """What git printed, without white space around it; what is not UTF-8 is replaced."""
        return self.out.decode(errors="replace").strip()


class Git:
    """Calls git in the repository that a folder lies in; finds it with the first call.

    Every method raises `StoreUnreachable` where git is missing or older than `NEEDED`, and where
    the folder lies in no repository.
    """

    def __init__(self, folder: Path, timeout_s: float, settings: Iterable[str] = ()) -> None:
        self._folder = folder
        self._timeout_s = timeout_s
        self._settings = tuple(settings)

    @property
    def checkout(self) -> Checkout:
        """The repository, found once for a folder and process."""
        return _checkout(self._folder.resolve())

    def run(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> str:
        """Return what git prints, without the last newline; raises `StoreUnreachable`."""
        ran = self.attempt(*arguments, stdin=stdin, env=env)
        if not ran.ok:
            raise StoreUnreachable(f"`git {arguments[0]}` failed: {ran.reason}")
        return ran.out.decode(errors="replace").removesuffix("\n")

    def attempt(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> Ran:
        """Call git and tell how it ended; raises `StoreUnreachable` when it cannot be started."""
        return _attempt(self._started(arguments, env), self._timeout_s, stdin)

    def file_at(self, ref: str, path: str) -> Ran:
        """Read a file of a commit by its path from the folder; `out` holds its bytes."""
        return self.attempt("cat-file", "blob", f"{ref}:{self.checkout.prefix}{path}")

    def blobs(self, ids: Iterable[str]) -> Iterator[bytes]:
        """Yield the content of blobs, one at a time; raises `StoreUnreachable`."""
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
    """Return the version of git; None where there is none that answers."""
    program = shutil.which("git")
    return None if program is None else _version(str(Path(program).absolute()))


def is_in_work_tree(folder: Path) -> bool:
    """Tell whether a folder lies below a `.git`; git is not asked."""
    folder = folder.resolve()
    return any(map(_has_git, (folder, *folder.parents)))


def said(stderr: bytes) -> str:
    """Return what git said in a few lines: no advice, no credentials, no control characters."""
    hide = Redactor(passwords_of(os.environ))
    text = hide(without_credentials(stderr.decode(errors="replace")))
    lines = ("".join(c if c.isprintable() else " " for c in line) for line in text.split("\n"))
    kept = [line.strip() for line in lines if not line.startswith(_ADVICE)]
    return "\n".join([line for line in kept if line][:_REASON_LINES_MAX])


@cache  # what raises is not kept: a repository may be made later
def _checkout(folder: Path) -> Checkout:
    """Find the repository whose work tree a folder without links in its path lies in."""
    top = next(filter(_has_git, (folder, *folder.parents)), None)
    if top is None:
        raise StoreUnreachable(f"{folder} is not in a git repository: no folder above has a .git.")
    # git is asked in the top itself: it takes the `.git` there before anything else, and refuses
    # one that belongs to somebody else.
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
    """Return the path of a git that is new enough; raises `StoreUnreachable`."""
    needed = ".".join(map(str, NEEDED))
    program = shutil.which("git")
    version = git_version()
    if program is None or version is None:
        raise StoreUnreachable(f"git could not be started. Install git {needed} or newer.")
    if version < NEEDED:
        raise StoreUnreachable(
            f"git is {'.'.join(map(str, version))}, and satops needs {needed} or newer: an older "
            "one can be led to run commands that a pull request brings. Install a newer git."
        )
    return str(Path(program).absolute())


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
            # Its own session: Ctrl-C does not reach a push that is on the wire, and without
            # a terminal neither git nor ssh can stop to ask for a password.
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
    # An address in satops.yaml may not choose a program to run, as `ext::` or a helper would.
    kept.setdefault("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh")
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def _end(git: "subprocess.Popen[bytes]") -> None:
    """End git and what it has started, so that nobody waits for its pipes."""
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(git.pid, signal.SIGKILL)
        else:  # Windows
            git.kill()
