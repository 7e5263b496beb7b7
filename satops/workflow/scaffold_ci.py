"""What `init --ci` writes: the workflows of a forge, and where each file of them goes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from satops.errors import UsageError
from satops.workflow.scaffold import CONFIG

Forge = Literal["github", "gitlab"]
FORGES: tuple[Forge, ...] = get_args(Forge)
INSTALL = "install.sh"
REQUIREMENTS = "requirements.txt"
WRITTEN = "written.json"
"""What `init --ci` wrote, and how it was asked: for the next `init --ci --update`."""
DEPENDABOT = ".github/dependabot.yml"

_FEASIBILITY = "satops-feasibility.yml"
"""GitHub's file for an account with simulations; at GitLab it is a part of the one file."""

_FILE_STATE = "state: file:state/ledger.jsonl"
_DEFAULT_STATE = "git:satops-state"
_INSTALL_FOLDERS: Mapping[Forge, str] = {"github": ".github/satops", "gitlab": ".ci/satops"}
_WORKFLOWS = ".github/workflows"
_FOLDER = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_BRANCH = re.compile(r"(?!.*(\.\.|//|\.lock$|/$|\.$))[A-Za-z0-9][A-Za-z0-9._/-]*")
_PART = re.compile(r"^ *# @([A-Z]+)@\n(.*?)^ *# @/\1@\n", re.MULTILINE | re.DOTALL)
"""A part of a template that not every team needs: DOWNLOAD where the night can download,
FEASIBILITY where the account has simulations, STORE where the ledger's store asks who reads it."""
STORE_VARIABLES: Mapping[str, Mapping[str, str]] = {
    "postgresql": {"PGUSER": "vars", "PGPASSWORD": "secrets"},
    "s3": {
        "AWS_ACCESS_KEY_ID": "secrets",
        "AWS_SECRET_ACCESS_KEY": "secrets",
        "AWS_REGION": "vars",
    },
    "az": {"AZURE_STORAGE_ACCOUNT_NAME": "vars", "AZURE_STORAGE_ACCOUNT_KEY": "secrets"},
    "gs": {},
}
"""Scheme of a store to the variables that give access, and where GitHub keeps each.  A Google
account is the runner's own, or at GitLab a file."""
_PROVEN = {"SATOPS_PROVEN": "vars"}
"""Without it a runner that begins anew would have to race writers at the store before it buys."""
_READS = """\
          # For the ledger, from the repository's own settings: of a user who may only read it.
          # The run of a fork gets none of them, and makes no plan.
"""
_WRITES = """\
          # For the ledger, from the settings of this environment: of a user who may write to it.
"""
_STATE = re.compile(r"[A-Za-z0-9:/@._~?&=%+,#-]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with a `satops.yaml`, as a forge sees it.  Every name in a workflow carries it."""

    forge: Forge
    folder: str = ""
    """Its path from the root of the git repository; empty where it is that root."""

    def __post_init__(self) -> None:
        """Raise `UsageError` for a folder whose name would be more than text in a workflow."""
        if self.folder and not _FOLDER.fullmatch(self.folder):
            raise UsageError(
                f"The folder {self.folder!r} cannot be written into a workflow. Name it with "
                "letters, digits, dots, dashes and underscores."
            )

    @property
    def dashed(self) -> str:
        """What is put after a name: `-imagery-asia`, or nothing for the root."""
        return f"-{self.folder.replace('/', '-')}" if self.folder else ""

    @property
    def install(self) -> str:
        """The folder of the wheel and its requirements, from the root of the git repository."""
        folder = _INSTALL_FOLDERS[self.forge]
        return f"{folder}/{self.dashed[1:]}" if self.folder else folder

    @property
    def state(self) -> str:
        """Where CI keeps the ledger, unless `satops.yaml` says it.

        A runner's disk is thrown away, and a file in the tree would need a commit to the protected
        branch for each order.
        """
        return f"{_DEFAULT_STATE}{self.dashed}"

    def path(self, template: str) -> str:
        """Return where the file of a template goes, from the root of the git repository."""
        stem, dot, suffix = template.rpartition(".")
        if self.forge == "github":
            return f"{_WORKFLOWS}/{stem}{self.dashed}{dot}{suffix}"
        return f"{self.install}/{template}" if self.folder else f".{template}"


def ci_files(
    place: Place,
    templates: Mapping[str, str],
    *,
    branch: str,
    state: str,
    deliver_to: str = "",
    simulation: bool = False,
) -> dict[str, str]:
    """Return path and text of the workflows of a forge, and of the script that they install by.

    They buy from `branch` alone, with the ledger at `state`, and ask for passes where the account
    has simulations.  Where `deliver_to` is in object storage, the night can download to it: a
    runner's own disk ends with the run.  Where the ledger is in object storage or a database, each
    step that reads it is given the variables of `STORE_VARIABLES`.  Raises `UsageError` for a
    branch, a ledger or a target whose name would be more than text there.
    """
    if not _BRANCH.fullmatch(branch):
        raise UsageError(
            f"--branch {branch!r} cannot be written into a workflow. Give the plain name of the "
            "branch that orders are merged to, as `main`."
        )
    if not _STATE.fullmatch(state):
        raise UsageError(f"`state: {state}` of {CONFIG} cannot be written into a workflow.")
    target, store = deliver_to.partition("://")[0], state.partition(":")[0]
    if target not in STORE_VARIABLES:
        deliver_to = ""
    elif not _STATE.fullmatch(deliver_to):
        raise UsageError(
            f"`delivery.to: {deliver_to}` of {CONFIG} cannot be written into a workflow."
        )
    access = {**STORE_VARIABLES[store], **_PROVEN} if store in STORE_VARIABLES else {}
    more = STORE_VARIABLES.get(target, {}).items() - access.items()
    filled = {
        "          @READS@\n": _READS + _given(access) if access else "",
        "          @WRITES@\n": _WRITES + _given(access) if access else "",
        "          @LEDGER@\n": _given(access),
        "          @STORE@\n": _given(dict(sorted(more))),
        "@NAMES@": ", ".join(
            access if store != "gs" else ("GOOGLE_APPLICATION_CREDENTIALS", *access)
        ),
        "@TO@": deliver_to,
        "@BRANCH@": branch,
        "@STATE@": state,
        "@INSTALL@": place.install,
        "@FOLDER@": place.folder or ".",
        "@-ROOT@": place.dashed,
        "@ ROOT@": f" {place.folder}" if place.folder else "",
        "@ROOT/@": f"{place.folder}/" if place.folder else "",
    }
    parts = {"DOWNLOAD": bool(deliver_to), "FEASIBILITY": simulation, "STORE": bool(access)}
    return {
        f"{place.install}/{name}" if name == INSTALL else place.path(name): _fill(
            _PART.sub(lambda part: part[2] if parts[part[1]] else "", text), filled
        )
        for name, text in templates.items()
        if simulation or name != _FEASIBILITY
    }


def with_state(files: Mapping[str, str], state: str, *, branch: str) -> dict[str, str]:
    """Return the files of a new repository with its ledger at an address, bought from a branch."""
    config = files[CONFIG]
    assert _FILE_STATE in config
    lines = f"state: {state}\nbuy: {{from: committed, branch: {branch}}} # only what was merged"
    return {**files, CONFIG: config.replace(_FILE_STATE, lines)}


def _given(access: Mapping[str, str]) -> str:
    """Return the lines that give variables to a step of GitHub's."""
    return "".join(f"          {name}: ${{{{ {kind}.{name} }}}}\n" for name, kind in access.items())


def _fill(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text
