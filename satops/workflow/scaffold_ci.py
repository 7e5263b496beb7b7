"""Make the CI workflows of `init --ci`, with the path of each file.

The requirements file of a job has a hash for every wheel, and only the parts of satops that a tree
needs.

`init --ci --update` updates workflows without overwriting a team's changes.  The first `init --ci`
notes a mark of each file.  A file with its noted mark is replaced; any other one belongs to the
team and stays.  The digests that pin actions are not part of a mark, since Dependabot updates them;
of two pins of an action the newer one is kept.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import unified_diff
from hashlib import sha256
from typing import Literal, get_args

from msgspec import Struct

from satops.core.plan.config import SANDBOX, Config
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


UV = "uv"
CORE = "core"
PARTS = ("sandbox", "postgresql", "cloud")
"""Optional parts; each has a file of pinned wheels in the package."""

_BY_SCHEME = {"postgresql": "postgresql", "s3": "cloud", "gs": "cloud", "az": "cloud"}
_HEAD = """\
# What CI installs: satops and all that it needs, each wheel with its hash, and nothing else.
# Written by `satops init --ci`. Parts: {parts}. For Linux on x86-64 and arm64.
"""


def needed_parts(config: Config) -> tuple[str, ...]:
    """Return the parts that a configuration needs."""
    addresses = (config.state, config.delivery.to or "")
    needed = {_BY_SCHEME.get(address.partition(":")[0]) for address in addresses}
    if config.marketplace.url == SANDBOX:
        needed.add("sandbox")
    return tuple(part for part in PARTS if part in needed)


def requirements(pins: Mapping[str, str], parts: Sequence[str], *, satops: str, sha256: str) -> str:
    """Return a requirements file: satops, uv, the core, and these parts.

    `satops` is the path of a wheel after `./`, or a name and a version.  `pins` holds the text of
    each part's file.  A package of several parts is listed once.
    """
    wanted = [UV, CORE, *parts]
    blocks: dict[str, str] = {}
    for part in wanted:
        for name, block in _blocks(pins[part]):
            blocks.setdefault(name, block)
    first = f"{satops} \\\n    --hash=sha256:{sha256}\n"
    return _HEAD.format(parts=", ".join(wanted[1:])) + first + "".join(blocks.values())


def lacking(text: str, pins: Mapping[str, str], parts: Iterable[str]) -> tuple[str, ...]:
    """Return the parts whose packages a requirements file does not fully hold."""
    held = {name for name, _ in _blocks(text)}
    return tuple(
        part for part in parts if not held.issuperset(name for name, _ in _blocks(pins[part]))
    )


def wheel_of(text: str) -> tuple[str, str] | None:
    """Return path and SHA-256 of the satops wheel in a requirements file."""
    for name, block in _blocks(text):
        if name.startswith("./") and name.rpartition("/")[2].startswith("satops-"):
            return name.removeprefix("./"), block.rpartition("--hash=sha256:")[2].strip()
    return None


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and lines of each requirement; a continued line ends in a backslash."""
    block = ""
    for line in text.splitlines(keepends=True):
        if not block and (line.startswith("#") or not line.strip()):
            continue
        block += line
        if not line.rstrip().endswith("\\"):
            yield block.split()[0].partition("==")[0], block
            block = ""


_PIN = re.compile(r"(uses: )([\w./-]+)@([0-9a-f]{40}) # v(\d+(?:\.\d+)*)")
_USES = re.compile(r"\s*(?:- )?uses:\s*[\"']?([^\s\"'#]+)")
_DIGEST = re.compile(r"@(?:[0-9a-f]{40}|sha256:[0-9a-f]{64})$")
_SHOWN_MAX = 400
"""Maximum number of lines of a diff."""


class FileChange(Struct, frozen=True):
    """One file that differs from a fresh `init --ci`."""

    path: str
    before: bytes | None
    """Its content; None if absent."""
    after: bytes | None
    """The new content; None if satops no longer writes the file."""
    done: bool
    """Whether the file is written or removed; False if the team has changed it."""


def mark(content: bytes) -> str:
    """Return the SHA-256, in hex, of a file without the pins of its actions."""
    text = _text(content)
    return sha256(content if text is None else _PIN.sub(r"\1\2", text).encode()).hexdigest()


def changes(
    new: Mapping[str, bytes], there: Mapping[str, bytes], marks: Mapping[str, str]
) -> tuple[FileChange, ...]:
    """Return the changes of an update to files that satops writes or has written.

    `marks` are the noted ones.  A differing file without a mark belongs to the team, and a noted
    file that is gone stays gone.
    """
    found = [change for path in sorted(new) for change in _change(path, new[path], there, marks)]
    if all(change.done for change in found):  # otherwise an older workflow may need them
        found += [
            FileChange(path, there[path], None, done=mark(there[path]) == marks[path])
            for path in sorted(marks.keys() - new.keys())
            if path in there
        ]
    return tuple(found)


def unpinned(path: str, workflow: str) -> Iterator[str]:
    """Yield a line for each action that is not pinned to a digest.

    The owner of an action can move its tag to other code, which would run beside the token.
    Actions of the repository itself (`./`) are reviewed with it.
    """
    for number, line in enumerate(workflow.splitlines(), start=1):
        found = _USES.match(line)
        if found and not found[1].startswith("./") and not _DIGEST.search(found[1]):
            yield (
                f"{path}:{number} names {found[1]} without a digest: whoever owns it can change "
                "what runs. Write the 40 digits of its commit, and the version as a comment."
            )


def diff(change: FileChange) -> Iterator[str]:
    """Yield the lines of a unified diff, or one line for a binary file."""
    before, after = _text(change.before or b""), _text(change.after or b"")
    if before is None or after is None:
        yield f"{'- ' if change.after is None else '+ '}{change.path}, which is no text"
        return
    lines = unified_diff(
        before.splitlines(), after.splitlines(), change.path, change.path, n=2, lineterm=""
    )
    for number, line in enumerate(lines):
        if number == _SHOWN_MAX:
            yield "... and more"
            return
        yield line


def _change(
    path: str, new: bytes, there: Mapping[str, bytes], marks: Mapping[str, str]
) -> Iterator[FileChange]:
    before = there.get(path)
    if before is None:
        yield FileChange(path, None, new, done=path not in marks)
        return
    ours = mark(before) == marks.get(path)
    after = _with_newer_pins(new, before) if ours else new
    if before != after:
        yield FileChange(path, before, after, done=ours)


def _with_newer_pins(new: bytes, there: bytes) -> bytes:
    """Return a new file with the existing file's pins where those are newer."""
    text, before = _text(new), _text(there)
    if text is None or before is None:
        return new
    pinned = {match[2]: match for match in _PIN.finditer(before)}

    def newer(match: re.Match[str]) -> str:
        other = pinned.get(match[2])
        return match[0] if other is None or _version(other) <= _version(match) else other[0]

    return _PIN.sub(newer, text).encode()


def _version(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(map(int, match[4].split(".")))


def _text(content: bytes) -> str | None:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
