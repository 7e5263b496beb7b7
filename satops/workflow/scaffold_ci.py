"""What `init --ci` writes: the workflows of a forge, and the ledger's address that they need."""

import re
from collections.abc import Mapping
from typing import Literal, get_args

from satops.errors import UsageError
from satops.workflow.scaffold import CONFIG

Forge = Literal["github", "gitlab"]
FORGES: tuple[Forge, ...] = get_args(Forge)
STATE = "git:satops-state"
"""Where CI keeps the ledger: a runner's disk is thrown away, and a file in the tree would need a
commit to the protected branch for each order."""

_FILE_STATE = "state: file:state/ledger.jsonl"
_FOLDERS = {"github": ".github/workflows/", "gitlab": "."}
_BRANCH = re.compile(r"(?!.*(\.\.|//|\.lock$|/$|\.$))[A-Za-z0-9][A-Za-z0-9._/-]*")


def ci_files(
    forge: Forge, templates: Mapping[str, str], *, version: str, branch: str
) -> dict[str, str]:
    """Return path and text of the workflows of a forge.

    They install satops of exactly this `version`, and buy from `branch` alone.  Raises
    `UsageError` for a branch whose name would be more than text in a workflow.
    """
    if not _BRANCH.fullmatch(branch):
        raise UsageError(
            f"--branch {branch!r} cannot be written into a workflow. Give the plain name of the "
            "branch that orders are merged to, as `main`."
        )
    return {
        _FOLDERS[forge] + name: text.replace("@VERSION@", version).replace("@BRANCH@", branch)
        for name, text in templates.items()
    }


def with_git_state(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files of a new repository with its ledger where CI can keep it."""
    config = files[CONFIG]
    assert _FILE_STATE in config
    return {**files, CONFIG: config.replace(_FILE_STATE, f"state: {STATE}")}
