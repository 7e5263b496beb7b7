"""The wheel that `init --ci` puts beside the workflows: what runs, packed again."""

import subprocess
import sys
from importlib import metadata
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from satops import __version__
from satops.adapters.files import ci_files as module
from satops.adapters.files.ci_files import own_wheel
from satops.errors import UsageError

ROOT = Path(__file__).parents[2]


def installed(folder: Path) -> Path:
    """Install the wheel of this tree into a folder, as installers do, and return the folder."""
    wheel = folder / own_wheel().name
    wheel.write_bytes(own_wheel().content)
    site = folder / "site"
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps")
    subprocess.run([*pip, "--target", str(site), str(wheel)], check=True)
    return site


def packed_from(site: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Return the wheel that an installation makes of itself."""
    found = next(iter(metadata.distributions(name="satops", path=[str(site)])))
    monkeypatch.setattr(metadata, "distribution", lambda _: found)
    monkeypatch.setattr(module, "_PACKAGE", site / "satops")
    return own_wheel().content


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else() -> None:
    with ZipFile(BytesIO(own_wheel().content)) as archive:
        names = set(archive.namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "satops", "schema"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    there = [name for name in tracked if (ROOT / name).is_file()]
    packaged = {name if name.startswith("satops/") else f"satops/{name}" for name in there}
    assert packaged <= names
    info = f"satops-{__version__}.dist-info"
    assert {f"{info}/METADATA", f"{info}/WHEEL", f"{info}/entry_points.txt"} < names
    assert not any("__pycache__" in name or "direct_url" in name for name in names)


def test_an_installation_packs_the_wheel_that_it_came_from_and_never_what_was_changed_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = own_wheel().content
    site = installed(tmp_path)
    assert packed_from(site, monkeypatch) == first
    with (site / "satops/errors.py").open("a") as file:
        file.write("\n")
    with pytest.raises(UsageError, match=r"satops/errors\.py was changed since"):
        packed_from(site, monkeypatch)
    (site / "satops/errors.py").unlink()
    with pytest.raises(UsageError, match=r"satops/errors\.py: No such file"):
        packed_from(site, monkeypatch)


def test_another_version_than_was_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "__version__", "9.9.9")
    with pytest.raises(UsageError, match=r"it is 9\.9\.9, and was installed as"):
        own_wheel()
