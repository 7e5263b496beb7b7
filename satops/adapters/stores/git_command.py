"""Run git: bounded in time, never asking, never seen by the terminal's Ctrl-C.

Credentials are git's own affair: its configuration, its helpers, ssh and its agent.  Nothing of
them passes through here, and addresses in messages lose what stands before their `@`.
"""

import os
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from satops.errors import StoreUnreachable

_REASON_LINES_MAX = 6
_ADVICE = ("hint:", "warning:")
# A hook or an outer git may have pointed these at another repository or another index.
_NOT_PASSED_ON = frozenset(
    {
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_PREFIX", "GIT_NAMESPACE",
        "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_CURL_VERBOSE",
        "LANGUAGE",
    }
)  # fmt: skip
_CONFIGURATION = (
    "core.hooksPath=/dev/null",  # the hooks of a code repository have no say in the ledger
    "push.followTags=false",
    "push.recurseSubmodules=no",
    "fetch.recurseSubmodules=no",
    "i18n.commitEncoding=UTF-8",
)


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


class Git:
    """Calls git in one repository."""

    def __init__(self, folder: Path, timeout_s: float, settings: Iterable[str] = ()) -> None:
        self._folder = folder
        self._timeout_s = timeout_s
        options = [part for item in (*_CONFIGURATION, *settings) for part in ("-c", item)]
        self._git = ["git", "--no-replace-objects", *options]

    def run(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> str:
        """Return what git prints, without the last newline; raises `StoreUnreachable`."""
        ran = self.attempt(*arguments, stdin=stdin, env=env)
        if not ran.ok:
            raise StoreUnreachable(f"`git {arguments[0]}` failed: {ran.reason}")
        return ran.out.decode(errors="surrogateescape").removesuffix("\n")

    def attempt(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> Ran:
        """Call git and tell how it ended; raises `StoreUnreachable` when it cannot be started."""
        with self._started(arguments, env) as git:
            try:
                out, err = git.communicate(stdin, timeout=self._timeout_s)
            except subprocess.TimeoutExpired:
                _end(git)
                return Ran(None, b"", f"no end within {self._timeout_s:g} seconds")
            except BaseException:
                _end(git)
                raise
        return Ran(git.returncode, out, said(err) or f"exit code {git.returncode}")

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
        try:
            return subprocess.Popen(
                [*self._git, *arguments],
                cwd=self._folder,
                env={**_environment(), **(env or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # Its own session: Ctrl-C does not reach a push that is on the wire, and without
                # a terminal neither git nor ssh can stop to ask for a password.
                start_new_session=True,
            )
        except OSError as error:
            raise StoreUnreachable(f"git could not be started: {error.strerror}.") from None


def said(stderr: bytes) -> str:
    """Return what git said in a few lines: no advice, no credentials, no control characters."""
    # Up to the last @ before the path: a password may hold one.
    text = re.sub(r"(\w+://)[^/\s'\"]*@", r"\1", stderr.decode(errors="replace"))
    lines = ("".join(c if c.isprintable() else " " for c in line) for line in text.split("\n"))
    kept = [line.strip() for line in lines if not line.startswith(_ADVICE)]
    return "\n".join([line for line in kept if line][:_REASON_LINES_MAX])


def _environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _NOT_PASSED_ON and not name.startswith("GIT_TRACE")
    }
    # An address in satops.yaml may not choose a program to run, as `ext::` or a helper would.
    kept.setdefault("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh")
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def _end(git: "subprocess.Popen[bytes]") -> None:
    """End git and what it has started, so that nobody waits for its pipes."""
    with suppress(ProcessLookupError):
        os.killpg(git.pid, signal.SIGKILL)
