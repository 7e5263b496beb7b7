"""GitLab's pipelines on this machine, by gitlab-ci-local, and as much of its API as they call."""

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.adapters.git.forge import git
from tests.gitops.rehearsal import NAME, TOKEN, WRITE, PullRequest, Rehearsal
from tests.gitops.tools import RUNNER

NOTE_TOKEN = "note-secret-0123456789"
_NOTES = "/api/v4/projects/7/merge_requests/{}/notes"
_MERGED = re.compile(r"/api/v4/projects/7/repository/commits/([0-9a-f]{40})/merge_requests")
_APPROVALS = re.compile(r"/api/v4/projects/7/merge_requests/([0-9]+)/approvals")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a pipeline ended."""

    ok: bool
    log: str
    folder: Path
    """Where it ran: the clone of the runner."""


@dataclass
class GitLab:
    """The notes of merge requests, who approved them, and whether it answers today."""

    url: str
    notes: list[dict[str, Any]] = field(default_factory=list)
    merged: dict[str, int] = field(default_factory=dict)
    """Commit to the number of the merge request that brought it; `ada` approved each of them."""
    broken: bool = False
    elsewhere: str = ""
    """Where every call is sent on to."""
    tokens: list[str] = field(default_factory=list)
    """The token of each call, in order."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.gitlab = GitLab(f"http://127.0.0.1:{self.server_address[1]}")


class _Call(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, *arguments: object) -> None:
        """Say nothing: what matters is asserted."""

    def do_GET(self) -> None:
        self._answer(lambda path, _: self._read(path))

    def do_POST(self) -> None:
        self._answer(self._add)

    def do_PUT(self) -> None:
        self._answer(self._edit)

    def _read(self, path: str) -> Any:
        merged = self.server.gitlab.merged
        if asked := _MERGED.fullmatch(path):
            number = merged.get(asked[1])
            about = {"iid": number, "state": "merged", "web_url": f"https://forge/{number}"}
            return [{"iid": 99, "state": "closed", "web_url": ""}, about] if number else []
        if asked := _APPROVALS.fullmatch(path):
            assert int(asked[1]) in merged.values()
            return {"approved_by": [{"user": {"username": "ada"}}]}
        return self._of(path)

    def _of(self, path: str) -> list[dict[str, Any]]:
        return [note for note in self.server.gitlab.notes if note["path"] == path]

    def _add(self, path: str, body: str) -> dict[str, Any]:
        notes = self.server.gitlab.notes
        notes.append({"id": len(notes) + 1, "path": path, "body": body, "edits": 0})
        return notes[-1]

    def _edit(self, path: str, body: str) -> dict[str, Any]:
        folder, _, number = path.rpartition("/")
        (note,) = [note for note in self._of(folder) if note["id"] == int(number)]
        note.update(body=body, edits=note["edits"] + 1)
        return note

    def _answer(self, serve: Any) -> None:
        length = int(self.headers.get("Content-Length", 0))
        form = parse_qs(self.rfile.read(length).decode())
        here = self.server.gitlab
        here.tokens.append(self.headers.get("PRIVATE-TOKEN", ""))
        status = 502 if here.broken else 200 if here.tokens[-1] == NOTE_TOKEN else 401
        if here.elsewhere:
            self.send_response(302)
            self.send_header("Location", f"{here.elsewhere}{self.path}")
            self.end_headers()
            return
        content = (
            serve(urlsplit(self.path).path, form.get("body", [""])[0]) if status == 200 else {}
        )
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())


@contextmanager
def gitlab() -> Iterator[GitLab]:
    """Serve the API of notes on loopback."""
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.gitlab
        finally:
            server.shutdown()
            thread.join()


class Pipelines:
    """Runs the pipelines of a rehearsal's repository."""

    def __init__(self, rehearsal: Rehearsal, api: GitLab, python: Path) -> None:
        self.rehearsal = rehearsal
        self.api = api
        self.python = python
        self.runs = 0

    def merge_request(self, request: PullRequest, **variables: str) -> Ran:
        """Run the pipeline of a merge request."""
        about = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_IID": str(request.number),
            "CI_MERGE_REQUEST_PROJECT_ID": "7",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_API_V4_URL": f"{self.api.url}/api/v4",
        }
        commit = self.rehearsal.try_merge(request)
        return self._run(commit, {**about, **variables})

    def on_main(
        self, source: str = "push", *, approve: str = "satops-apply", **variables: str
    ) -> Ran:
        """Run the pipeline of a push to main, or of the schedule, with the protected variables.

        Somebody starts the job `approve`, which waits for that.
        """
        about = {"CI_PIPELINE_SOURCE": source, "SATOPS_TOKEN": TOKEN,
                 "SATOPS_MARKETPLACE": self.rehearsal.market.url,
                 "CI_API_V4_URL": f"{self.api.url}/api/v4", "CI_PROJECT_ID": "7"}  # fmt: skip
        manual = () if source == "schedule" else ("--manual", approve)
        return self._run("main", {**about, **variables}, *manual)

    def _run(self, commit: str, variables: Mapping[str, str], *options: str) -> Ran:
        self.runs += 1
        here = self.rehearsal
        folder = here.clone(f"pipeline-{self.runs}", commit)
        # The address that a runner gives to its clone holds the job's own token.
        host = here.server.url.removeprefix("http://")
        git(folder, "remote", "set-url", "origin", f"http://ci-job-token:{WRITE}@{host}/{NAME}.git")
        git(folder, "remote", "set-head", "origin", "main")
        variables = {**variables, "CI_PROJECT_DIR": str(folder)}
        home = here.folder / f"home-{self.runs}"
        home.mkdir()
        given = [f"--variable={name}={value}" for name, value in variables.items()]
        predefined = ",".join(name for name in variables if name.startswith("CI_"))
        command: list[str | Path] = [
            here.tools.bin / "node", here.tools.node_bin / "gitlab-ci-local",
            "--force-shell-executor", "--color=false", "--home", home,
            "--json-schema-validation=false", "--concurrency=1",  # the jobs share one checkout
            f"--ignore-predefined-vars={predefined}", *given, *options,
        ]  # fmt: skip
        env = {
            **os.environ,
            "HOME": str(home),
            "PATH": here.tools.path(RUNNER, self.python),
            "INSTALLED": str(here.installed),
            **here.tools.wheels,
        }
        ran = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
        return Ran(ran.returncode == 0, ran.stdout + ran.stderr, folder)


def notes_of(api: GitLab, request: PullRequest) -> list[dict[str, Any]]:
    """Return the notes on a merge request."""
    return [note for note in api.notes if note["path"] == _NOTES.format(request.number)]
