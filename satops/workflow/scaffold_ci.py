"""Make the CI workflows of `init --ci`, with the path of each file."""

import re
from collections.abc import Mapping
from typing import Literal, get_args

from msgspec import Struct

from satops.errors import UsageError
from satops.workflow.scaffold import CONFIG

Forge = Literal["github", "gitlab"]
FORGES: tuple[Forge, ...] = get_args(Forge)
INSTALL = "install.sh"
REQUIREMENTS = "requirements.txt"
WRITTEN = "written.json"
"""Notes of `init --ci` on its files and options, for `init --ci --update`."""
DEPENDABOT = ".github/dependabot.yml"

_FEASIBILITY = "satops-feasibility.yml"
"""GitHub's file for an account with simulations; GitLab has it inside its single file."""

_FILE_STATE = "state: file:state/ledger.jsonl"
_DEFAULT_STATE = "git:satops-state"
_INSTALL_FOLDERS: Mapping[Forge, str] = {"github": ".github/satops", "gitlab": ".ci/satops"}
_WORKFLOWS = ".github/workflows"
_FOLDER = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_BRANCH = re.compile(r"(?!.*(\.\.|//|\.lock$|/$|\.$))[A-Za-z0-9][A-Za-z0-9._/-]*")
_PART = re.compile(r"^ *# @([A-Z]+)@\n(.*?)^ *# @/\1@\n", re.MULTILINE | re.DOTALL)
"""An optional part of a template: DOWNLOAD if the nightly run can download, FEASIBILITY if the
account has simulations, STORE if reading the ledger needs credentials."""
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
"""Variables that give access to a store, by its scheme, and where GitHub keeps each.  Google access
comes from the runner's account, or from a file at GitLab."""
_PROVEN = {"SATOPS_PROVEN": "vars"}
"""Without it every fresh runner would have to prove the store before it buys."""
_READS = """\
          # For the ledger, from the repository's own settings: of a user who may only read it.
          # The run of a fork gets none of them, and makes no plan.
"""
_WRITES = """\
          # For the ledger, from the settings of this environment: of a user who may write to it.
"""
_STATE = re.compile(r"[A-Za-z0-9:/@._~?&=%+,#-]+")


class Place(Struct, frozen=True):
    """A folder with a `satops.yaml` at a forge.  Every name in a workflow contains it."""

    forge: Forge
    folder: str = ""
    """Path from the root of the git repository; empty for the root."""

    def __post_init__(self) -> None:
        """Raise `UsageError` for a folder whose name is unsafe in a workflow."""
        if self.folder and not _FOLDER.fullmatch(self.folder):
            raise UsageError(
                f"The folder {self.folder!r} cannot be written into a workflow. Name it with "
                "letters, digits, dots, dashes and underscores."
            )

    @property
    def dashed(self) -> str:
        """Suffix of names: `-imagery-asia`; empty for the root."""
        return f"-{self.folder.replace('/', '-')}" if self.folder else ""

    @property
    def install(self) -> str:
        """Folder of the wheel and its requirements, from the root of the git repository."""
        folder = _INSTALL_FOLDERS[self.forge]
        return f"{folder}/{self.dashed[1:]}" if self.folder else folder

    @property
    def state(self) -> str:
        """Default address of the ledger in CI.

        A runner's disk is thrown away, and a file in the tree would need a commit to the protected
        branch for each order.
        """
        return f"{_DEFAULT_STATE}{self.dashed}"

    def path(self, template: str) -> str:
        """Return the path of a template's file, from the root of the git repository."""
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
    """Return path and text of a forge's workflows, and of their install script.

    They buy from `branch` only, with the ledger at `state`, and ask for passes if the account has
    simulations.  If `deliver_to` is in object storage, the nightly run can download to it.  If the
    ledger is in object storage or a database, each step that reads it gets the variables of
    `STORE_VARIABLES`.  Raises `UsageError` for a branch, ledger or target whose name is unsafe in a
    workflow.
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
    """Return the files of a new repository, with its ledger's address and branch."""
    config = files[CONFIG]
    assert _FILE_STATE in config
    lines = f"state: {state}\nbuy: {{from: committed, branch: {branch}}} # only what was merged"
    return {**files, CONFIG: config.replace(_FILE_STATE, lines)}


def _given(access: Mapping[str, str]) -> str:
    """Return the lines that pass variables to a GitHub step."""
    return "".join(f"          {name}: ${{{{ {kind}.{name} }}}}\n" for name, kind in access.items())


def _fill(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text
