"""What the package ships for CI: workflows before they are filled in, pinned wheels, and satops's
own wheel.

The wheel is the one at the package index, by name and hash, or the running installation, packed.
Packing builds and fetches nothing, so a workflow installs the same files that wrote it.  The files
are stored uncompressed, so that the same installation gives the same bytes on every machine.
"""

import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib import metadata
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from msgspec import Struct

from satops import __version__
from satops.adapters.child_environment import child_environment
from satops.errors import UsageError

_PACKAGE = Path(__file__).resolve().parents[2]
_TEMPLATES = _PACKAGE / "templates"


def ci_templates(forge: str) -> Mapping[str, str]:
    """Return name and text of every template for a forge, `github` or `gitlab`, and of the script
    that its jobs install by.

    Raises FileNotFoundError where the installation is not whole.
    """
    script = _TEMPLATES / "install.sh"
    paths = [*sorted((_TEMPLATES / forge).iterdir()), script]
    return {path.name: path.read_text("utf-8") for path in paths}


def dependabot_template() -> str:
    """Return the text of `.github/dependabot.yml`."""
    return (_TEMPLATES / "dependabot.yml").read_text("utf-8")


def pins() -> Mapping[str, str]:
    """Return the requirements, with hashes, of each part of satops, of its core, and of uv."""
    return {path.stem: path.read_text("utf-8") for path in (_PACKAGE / "requirements").iterdir()}


_NAME = "satops"
_FOLDER = f"{_NAME}/"
_FIRST = f"{_FOLDER}__init__.py"
_ABOUT = ("METADATA", "WHEEL", "entry_points.txt", "licenses/")
"""Files of a wheel's own `.dist-info`; the installer adds others."""
_TAG = "py3-none-any"
_MODE = 0o644 << 16


class Wheel(Struct, frozen=True):
    """A wheel file."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """SHA-256 in hex, for a requirements file."""
        return sha256(self.content).hexdigest()


def own_wheel() -> Wheel:
    """Return the wheel of this installation; of an editable one, the wheel of its source tree.

    Raises `UsageError` if files of the installation are missing or changed.
    """
    try:
        installed = metadata.distribution(_NAME)
    except metadata.PackageNotFoundError:
        raise _not_whole("it was not installed by pip, uv or another installer") from None
    if installed.version != __version__:
        raise _not_whole(f"it is {__version__}, and was installed as {installed.version}")
    info = f"{_NAME}-{__version__}.dist-info/"
    about = dict(_recorded(installed, tuple(f"{info}{name}" for name in _ABOUT)))
    if f"{info}WHEEL" not in about:
        raise _not_whole("what the wheel said of itself is missing")
    runs_here = Path(str(installed.locate_file(_FIRST))).resolve() == _PACKAGE / "__init__.py"
    package = dict(_recorded(installed, (_FOLDER,))) if runs_here else _tree()
    members = {**package, **about}
    record = f"{info}RECORD"
    return Wheel(
        f"{_NAME}-{__version__}-{_TAG}.whl",
        _packed({**members, record: _record(members, record)}),
    )


def _recorded(
    installed: metadata.Distribution, beginnings: tuple[str, ...]
) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of the files that the installer recorded, by the beginnings of their
    paths.
    """
    for file in installed.files or ():
        path = file.as_posix()
        if file.hash is None or path.endswith(".pyc") or not path.startswith(beginnings):
            continue
        try:
            content = Path(str(installed.locate_file(file))).read_bytes()
        except OSError as error:
            raise _not_whole(f"{path}: {error.strerror}") from None
        if file.hash.mode != "sha256" or file.hash.value != _digest(content):
            raise _not_whole(f"{path} was changed since")
        yield path, content


def _tree() -> dict[str, bytes]:
    """Return the files of an editable installation's source tree."""
    found = {path: f"{_FOLDER}{path.relative_to(_PACKAGE).as_posix()}" for path in _below(_PACKAGE)}
    schema = _PACKAGE.parent / "schema"
    if schema.is_dir():  # a wheel has the schemas in the package
        found |= {
            path: f"{_FOLDER}schema/{path.relative_to(schema).as_posix()}"
            for path in _below(schema)
        }
    return {name: path.read_bytes() for path, name in found.items()}


def _below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def _record(members: Mapping[str, bytes], record: str) -> bytes:
    lines = [f"{path},sha256={_digest(members[path])},{len(members[path])}" for path in members]
    return "\n".join([*sorted(lines), f"{record},,", ""]).encode()


def _digest(content: bytes) -> str:
    return urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()


def _packed(members: Mapping[str, bytes]) -> bytes:
    """Return a zip of the members, with its RECORD last, as in wheels."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for path in sorted(members, key=lambda path: (path.endswith("/RECORD"), path)):
            member = ZipInfo(path, (2020, 2, 2, 0, 0, 0))
            member.create_system = 3  # Unix, also if the zip is made on Windows
            member.external_attr = _MODE
            archive.writestr(member, members[path])
    return packed.getvalue()


def _not_whole(why: str) -> UsageError:
    return UsageError(
        f"The installed satops cannot be packed for CI: {why}. Nothing was written. Install "
        "satops again, and run this call once more."
    )


_TIMEOUT_S = 120
_WORDS_MAX = 400


def published_sha256(own: Wheel) -> str:
    """Return the SHA-256, in hex, of the index's wheel of this version.

    Uses pip's configured index.  Raises `UsageError` if the index has no such wheel, or one whose
    files differ from the running ones.
    """
    with TemporaryDirectory() as folder:
        command = [
            sys.executable, "-I", "-m", "pip", "download", "--quiet", "--no-deps",
            "--only-binary", ":all:", "--dest", folder, f"satops=={__version__}",
        ]  # fmt: skip
        try:
            ran = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=_TIMEOUT_S,
                check=False,
                env=child_environment(),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _cannot(str(error)) from None
        found = [*Path(folder).glob("satops-*.whl")]
        if ran.returncode != 0 or not found:
            errors = [line for line in ran.stderr.splitlines() if not line.startswith("WARNING")]
            raise _cannot(" ".join(errors)[:_WORDS_MAX])
        content = found[0].read_bytes()
    try:
        same = _files(content) == _files(own.content)
    except BadZipFile:
        same = False
    if not same:
        raise UsageError(
            f"The satops {__version__} of the package index is not the one that runs: their files "
            "differ. Nothing was written. Leave out --from-index, and the workflows install the "
            "one that runs."
        )
    return sha256(content).hexdigest()


def _files(content: bytes) -> dict[str, bytes]:
    """Return the files of a wheel without its RECORD."""
    with ZipFile(BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if not name.endswith(("/", "/RECORD"))]
        return {name: archive.read(name) for name in names}


def _cannot(why: str) -> UsageError:
    return UsageError(
        f"pip cannot fetch satops {__version__} from the package index, so its hash is not known. "
        f"Nothing was written. pip says: {why} Leave out --from-index, and the workflows install "
        "the satops that runs, from a wheel beside them."
    )
