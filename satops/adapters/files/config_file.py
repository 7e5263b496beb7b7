"""Find and read `satops.yaml`, check it, and make a `Config`.

All problems of the file are reported at once.  No message shows a value that may be a credential.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from satops import __version__
from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.core.plan.config import (
    ApplyConfig,
    BuyConfig,
    Config,
    DeliveryConfig,
    Hook,
    LabelRule,
    Limit,
    MarketplaceConfig,
    ReconcileConfig,
)
from satops.core.problem import Problem, Severity, by_position
from satops.errors import StoreUnreachable, UsageError

if TYPE_CHECKING:
    from satops.core.loading import Document

NAME = "satops.yaml"
_CAPITAL = re.compile("[A-Z]")
_VERSION = re.compile(r">=(\d{1,4}(?:\.\d{1,4}){0,2})")
MAX_CONFIG_BYTES = 1024 * 1024


def find_root(start: Path) -> Path:
    """Return the nearest folder with a `satops.yaml`, from `start` upwards.

    Raises `UsageError` if there is none, or if a folder on the way cannot be searched.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        if is_root(folder):
            return folder
    raise UsageError(
        f"There is no {NAME} in {start} or above it. Go to a repository of orders, name one with "
        "-C DIR, or make one with `satops init`."
    )


def is_root(folder: Path) -> bool:
    """Tell whether a folder has a `satops.yaml`.  Raises `UsageError` if the folder cannot be
    searched.
    """
    try:
        return (folder / NAME).is_file()
    except OSError as error:
        raise UsageError(f"{folder / NAME} cannot be looked for: {error.strerror}.") from error


def load_config(root: Path) -> Config:
    """Return the configuration of a repository.  Raises `UsageError`."""
    read = read_plain(str(root / NAME), MAX_CONFIG_BYTES)
    if isinstance(read, Unreadable):
        raise UsageError(f"{root / NAME} cannot be read. {read.words}")
    return parse_config(read)


def load_config_at(root: Path, ref: str) -> tuple[Config, dict[str, Any]]:
    """Return the configuration of a git commit, as a value and as keys and values.

    Raises `UsageError`, also if the commit cannot be read: a guard that cannot be checked is an
    error.
    """
    content = _content_at(root, ref)
    return parse_config(content, f"{ref}:{NAME}"), _values(content)


def config_values(root: Path) -> dict[str, Any]:
    """Return the keys and values in `satops.yaml`, without defaults.  Raises `UsageError`."""
    read = read_plain(str(root / NAME), MAX_CONFIG_BYTES)
    return _values(b"" if isinstance(read, Unreadable) else read)


def _values(content: bytes) -> dict[str, Any]:
    documents, _ = _read(content, NAME)
    return dict(documents[0].value) if documents else {}


def _content_at(root: Path, ref: str) -> bytes:
    from satops.adapters.git_command import TIMEOUT_S, Git

    name = f"{ref}:{NAME}"
    if not ref or ref.startswith("-") or ":" in ref:  # git would read it as an option or its index
        raise UsageError(f"{ref!r} is no git commit.")
    try:
        read = Git(root, TIMEOUT_S).file_at(ref, NAME)
    except StoreUnreachable as error:
        raise UsageError(f"{name} cannot be read. {error}") from None
    if not read.ok:
        raise UsageError(
            f"{name} cannot be read. git says: {read.reason.removeprefix('fatal: ')}. In CI the "
            "commit may not have been fetched: fetch it before, or fetch the whole history."
        )
    return read.out


def set_state(root: Path, state: str) -> None:
    """Set `state` in a repository's `satops.yaml` to another ledger.

    Changes that line only.  Raises `UsageError` if no such line can be changed.
    """
    path = root / NAME
    content = read_plain(str(path), MAX_CONFIG_BYTES)
    text = content.decode() if isinstance(content, bytes) else ""
    line = re.compile(r"^state:[^\n]*$", re.MULTILINE)
    if not isinstance(content, bytes) or path.is_symlink() or len(line.findall(text)) != 1:
        raise UsageError(f"{NAME} names no `state` in one line. Write it:\n    state: {state}")
    temporary = path.with_name(f".{NAME}.new")
    temporary.write_bytes(line.sub(f"state: {state}", text).encode())
    temporary.replace(path)


def parse_config(content: bytes, file: str = NAME) -> Config:
    """Return the configuration in the bytes of a `satops.yaml`; an empty file means every default.

    Messages and limits call the file `file`.  Raises `UsageError` with all problems and their
    positions.
    """
    documents, problems = _read(content, file)
    if not documents and [problem.check for problem in problems] == ["L10"]:
        return Config()
    if problems:
        from satops.core.loading.causes import with_causes

        problems = with_causes(
            content, problems, lambda other: _read(other, file)[1], shows_values=False
        )
        raise UsageError(_message(problems, file))
    return _config(documents[0], file)


def _read(content: bytes, file: str) -> tuple[list["Document"], list[Problem]]:
    from satops.adapters.files.config_checks import check_together
    from satops.core.loading import load

    documents, problems = load(content, file=file, max_bytes=MAX_CONFIG_BYTES)
    if len(documents) > 1:
        problems.append(_several(documents[1], file))
    elif documents and not problems:
        require_version(documents[0].value, file)
        problems = _wrong_fields(documents[0], file) or check_together(documents[0], file)
    return documents, problems


def _wrong_fields(document: "Document", file: str) -> list[Problem]:
    from satops.adapters.files.schemas import config_schema

    schema = config_schema()
    if schema.is_valid(document.value):
        return []
    found = schema.findings(document.value) or [schema.refusal(document.value)]
    return sorted((each.problem_in(document, file, None) for each in found), key=by_position)


def require_version(value: object, file: str) -> None:
    """Raise `UsageError` if the repository requires a newer satops.  This comes first, since newer
    keys would be reported as errors.
    """
    required = value.get("requires") if isinstance(value, dict) else None
    numbers = _VERSION.fullmatch(required) if isinstance(required, str) else None
    if numbers is None:
        return
    wanted = tuple(map(int, numbers[1].split(".")))
    own = tuple(map(int, re.findall(r"\d+", __version__)[:3]))
    if own < wanted:
        raise UsageError(
            f"{file} requires satops {required}, and this is {__version__}. Nothing was done. Take "
            f"the version that this repository is for:\n    pip install 'satops{required}'"
        )


def _several(second: "Document", file: str) -> Problem:
    words = "The configuration is one document. Remove the line `---` and what follows it."
    return Problem(
        "L10", Severity.ERROR, file, second.line, 1, "", "The file holds two documents", words
    )


def _message(problems: list[Problem], file: str) -> str:
    lines = [f"{file} cannot be used."]
    for problem in problems:
        path = f"{problem.path}: " if problem.path else ""
        lines.append(f"  {file}:{problem.line}:{problem.column}: {path}{problem.detail}")
    return "\n".join(lines)


def _config(document: "Document", file: str) -> Config:
    value: dict[str, Any] = document.value
    areas = value.get("areas", {})
    given = {key: value[key] for key in ("state", "orders", "modes", "prices") if key in value}
    return Config(
        marketplace=_marketplace(value.get("marketplace", {})),
        apply=_apply(value.get("apply", {})),
        reconcile=_reconcile(value.get("reconcile", {})),
        nightly_waits_h=value.get("nightly", {}).get("waitsH", Config().nightly_waits_h),
        buy=_buy(value.get("buy", {})),
        delivery=_delivery(value.get("delivery", {})),
        notify=tuple(Hook(**_renamed(hook)) for hook in value.get("notify", ())),
        timezone=_zone(value["timezone"]) if "timezone" in value else None,
        region=_region(value.get("region")),
        encoding=value.get("aoi", {}).get("encoding"),
        allowed=areas.get("allowed"),
        forbidden=areas.get("forbidden"),
        limits=tuple(_limits(document, file)),
        labels={key: _label_rule(rule) for key, rule in value.get("labels", {}).items()},
        severities={code: Severity(word) for code, word in value.get("checks", {}).items()},
        **given,
    )


def _marketplace(value: Mapping[str, Any]) -> MarketplaceConfig:
    as_written = ("kind", "geometry", "query", "currency", "simulation")
    given = {key: value[key] for key in as_written if key in value}
    given |= _renamed(value.get("auth", {}))
    if "url" in value:
        given["url"] = value["url"].rstrip("/")
    if "timezone" in value:
        given["timezone"] = _zone(value["timezone"])
    return MarketplaceConfig(**given)


def _apply(value: Mapping[str, Any]) -> ApplyConfig:
    given = _renamed(value)
    for name in ("concurrency", "batch"):
        if name in given:
            given[name] = None if given[name] == "auto" else int(given[name])
    return ApplyConfig(**given)


def _reconcile(value: Mapping[str, Any]) -> ReconcileConfig:
    given = _renamed(value)
    for whole in ("looks", "rows_max", "bytes_max", "short_by"):
        if whole in given:
            given[whole] = int(given[whole])
    return ReconcileConfig(**given)


def _buy(value: Mapping[str, Any]) -> BuyConfig:
    return BuyConfig(committed=value.get("from") == "committed", branch=value.get("branch"))


def _delivery(value: Mapping[str, Any]) -> DeliveryConfig:
    given = _renamed(value)
    if "bytes_max" in given:
        given["bytes_max"] = int(given["bytes_max"])
    given["hosts"] = tuple(map(str.lower, given.get("hosts", ())))
    return DeliveryConfig(**given)


def _renamed(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a part that fits the schema by their names in Python: `wait_s`."""
    return {_CAPITAL.sub(r"_\g<0>", key).lower(): each for key, each in value.items()}


def _zone(text: str) -> timezone:
    """Return the time zone of `UTC` or `+07:00`."""
    if text == "UTC":
        return UTC
    hours, minutes = text[1:].split(":")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if text[0] == "-" else offset)


def _region(corners: list[float] | None) -> tuple[float, float, float, float] | None:
    if corners is None:
        return None
    west, south, east, north = corners
    return float(west), float(south), float(east), float(north)


def _limits(document: "Document", file: str) -> Iterator[Limit]:
    """Yield every limit with its line in the file."""
    limits: dict[str, Any] = document.value.get("limits", {})
    for key, number in limits.items():
        if key not in ("by", "without"):
            line, _ = document.position(("limits", key), key=True)
            yield Limit(key, float(number), file, line)
    for label, values in limits.get("by", {}).items():
        for value, numbers in values.items():
            for key, number in numbers.items():
                line, _ = document.position(("limits", "by", label, value, key), key=True)
                yield Limit(key, float(number), file, line, (label, value))
    for label, numbers in limits.get("without", {}).items():
        for key, number in numbers.items():
            line, _ = document.position(("limits", "without", label, key), key=True)
            yield Limit(key, float(number), file, line, (label, None))


def _label_rule(value: Mapping[str, Any]) -> LabelRule:
    one_of = value.get("oneOf")
    return LabelRule(value.get("required", False), None if one_of is None else tuple(one_of))
