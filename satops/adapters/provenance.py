"""The provenance of a run, from its environment: actor, commit, pull request, CI run.

A step of the CI workflow writes a file of pull requests and approvers.
"""

import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from satops import __version__
from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.adapters.git_command import Git
from satops.core import json_text
from satops.core.redaction import without_credentials
from satops.errors import StoreUnreachable

if TYPE_CHECKING:
    from satops.core.ledger.events import RunStarted
    from satops.workflow.origins import PullRequests

_GIT_TIMEOUT_S = 10
_PROJECT = re.compile(r"https?://[\w.:-]+(?:/[\w.~-]+)+")


def run_started(
    command: str, root: Path, environment: Mapping[str, str] | None = None
) -> "RunStarted":
    """Return the provenance of a run; an unset value is left out.

    GitHub Actions and GitLab CI are recognised by their documented variables.  For any CI,
    `SATOPS_ACTOR`, `SATOPS_PULL_REQUEST`, `SATOPS_RUN_URL` and `SATOPS_APPROVALS` (comma-separated)
    have priority.
    """
    env = os.environ if environment is None else environment
    found = _github(env) if env.get("GITHUB_ACTIONS") == "true" else {}
    if env.get("GITLAB_CI") == "true":
        found = _gitlab(env)
    approvals = tuple(filter(None, (env.get("SATOPS_APPROVALS") or "").split(",")))
    from satops.core.ledger.events import RunStarted

    return RunStarted(
        command=command,
        tool=f"satops {__version__}",
        host=platform.node(),
        actor=env.get("SATOPS_ACTOR") or found.get("actor") or local_user(),
        # The commit that is checked out, which may be newer than the event's.
        commit=head_commit(root) or found.get("commit"),
        branch=found.get("branch") or _git(root, "symbolic-ref", "--short", "-q", "HEAD"),
        pull_request=_address(env.get("SATOPS_PULL_REQUEST") or found.get("pull_request")),
        run_url=_address(env.get("SATOPS_RUN_URL") or found.get("run_url")),
        approvals=approvals or None,
    )


def head_commit(root: Path) -> str | None:
    """Return the commit that is checked out; None outside of git."""
    return _git(root, "rev-parse", "HEAD")


def spec_address(
    env: Mapping[str, str], commit: str, folder: str, file: str, line: int
) -> str | None:
    """Return the forge's URL of a line of a file; None outside of CI.

    `folder` is satops's folder in the git repository, and `file` is relative to it.
    """
    if env.get("GITHUB_ACTIONS") == "true":
        project = f"{env.get('GITHUB_SERVER_URL', '')}/{env.get('GITHUB_REPOSITORY', '')}/blob"
    elif env.get("GITLAB_CI") == "true":
        project = f"{env.get('CI_PROJECT_URL', '')}/-/blob"
    else:
        return None
    if not _PROJECT.fullmatch(project):
        return None
    path = "/".join(filter(None, (folder, file)))
    return f"{project}/{commit}/{quote(path)}#L{line}"


def run_id(env: Mapping[str, str]) -> str | None:
    """Return the id of the workflow run or pipeline, common to its jobs."""
    return env.get("GITHUB_RUN_ID") or env.get("CI_PIPELINE_ID") or None


def person(environ: Mapping[str, str]) -> str:
    """Return the acting person's name, for the ledger."""
    return environ.get("SATOPS_ACTOR") or environ.get("GITHUB_ACTOR") or local_user() or "somebody"


def _address(given: str | None) -> str | None:
    return without_credentials(given) if given else None


def local_user() -> str | None:
    """Return the user name on this machine, if there is one."""
    try:
        from getpass import getuser

        return getuser()
    except (KeyError, OSError, ImportError):  # Windows has no module pwd
        return None


def _github(env: Mapping[str, str]) -> dict[str, str]:
    server, repository = env.get("GITHUB_SERVER_URL", ""), env.get("GITHUB_REPOSITORY", "")
    found = {
        "actor": env.get("GITHUB_ACTOR", ""),
        "commit": env.get("GITHUB_SHA", ""),
        "branch": env.get("GITHUB_HEAD_REF") or env.get("GITHUB_REF_NAME", ""),
    }
    if env.get("GITHUB_RUN_ID"):
        found["run_url"] = f"{server}/{repository}/actions/runs/{env['GITHUB_RUN_ID']}"
    number = _github_pull_request(env)
    if number:
        found["pull_request"] = f"{server}/{repository}/pull/{number}"
    return found


def _github_pull_request(env: Mapping[str, str]) -> str:
    """Return the pull request's number from the event's file."""
    try:
        event = json_text.loads(Path(env["GITHUB_EVENT_PATH"]).read_bytes())
        return str(event["pull_request"]["number"])
    except (KeyError, TypeError, OSError, json_text.NotJson):
        return ""


def _gitlab(env: Mapping[str, str]) -> dict[str, str]:
    found = {
        "actor": env.get("GITLAB_USER_LOGIN", ""),
        "commit": env.get("CI_COMMIT_SHA", ""),
        "branch": env.get("CI_COMMIT_REF_NAME", ""),
        "run_url": env.get("CI_JOB_URL", ""),
    }
    if env.get("CI_MERGE_REQUEST_IID"):
        project = env.get("CI_MERGE_REQUEST_PROJECT_URL") or env.get("CI_PROJECT_URL", "")
        found["pull_request"] = f"{project}/-/merge_requests/{env['CI_MERGE_REQUEST_IID']}"
    return found


def _git(root: Path, *arguments: str) -> str | None:
    try:
        asked = Git(root, _GIT_TIMEOUT_S).attempt(*arguments)
    except StoreUnreachable:
        return None
    return asked.text or None if asked.ok else None


VARIABLE = "SATOPS_PROVENANCE"
"""Environment variable with the path of the file."""
_BYTES_MAX = 16 * 1024 * 1024
_TEXT_MAX = 500
_APPROVALS_MAX = 100


def read_provenance(environ: Mapping[str, str]) -> tuple["PullRequests", str]:
    """Return the pull requests by commit, and the reason if they cannot be read; both may be empty.

    Raises nothing: missing provenance stops no purchase.
    """
    path = environ.get(VARIABLE, "")
    if not path:
        return {}, ""
    read = read_plain(path, _BYTES_MAX)
    if isinstance(read, Unreadable):
        return {}, f"{VARIABLE}: the file cannot be read. {read.words}"
    try:
        content: Any = json_text.loads(read)
    except json_text.NotJson as error:
        return {}, f"{VARIABLE}: the file is not JSON ({error})."
    if not isinstance(content, dict):
        return {}, f"{VARIABLE}: the file holds no object with a key for each commit."
    return {
        commit: (_text(row.get("pull_request")), _approvals(row.get("approvals")))
        for commit, row in content.items()
        if isinstance(row, dict)
    }, ""


def _text(value: object) -> str | None:
    if isinstance(value, str) and 0 < len(value) <= _TEXT_MAX and value.isprintable():
        return value
    return None


def _approvals(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(filter(None, map(_text, value[:_APPROVALS_MAX])))
