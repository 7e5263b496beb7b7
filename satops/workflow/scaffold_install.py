"""Make the requirements file of a CI job, with a hash for every wheel, and only the parts of satops
that a tree needs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from satops.core.plan.config import SANDBOX, Config

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
