"""What `init --ci` wrote, installed in a bare environment, offline, from wheels on the disk."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from satops import __version__
from satops.api.init import init
from tests.gitops.tools import Tools

WHEELS = ".github/satops"
HOSTILE = "raise SystemExit('a file of the tree was run')\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository as a runner checks it out."""
    init(tmp_path / "checkout", ci="github")
    return tmp_path / "checkout"


def install(
    checkout: Path, tools: Tools, **environ: str
) -> "tuple[Path, subprocess.CompletedProcess[str]]":
    """Run the script of the workflows; return the environment that it made, and what it said."""
    venv = checkout.parent / "satops"
    given = {"PATH": os.environ["PATH"], "HOME": str(checkout.parent), **tools.wheels, **environ}
    ran = subprocess.run(
        ["sh", f"{WHEELS}/install.sh", str(venv)],
        cwd=checkout, env=given, capture_output=True, text=True,
    )  # fmt: skip
    return venv, ran


def names(venv: Path) -> set[str]:
    """Return the names of what is installed."""
    found = venv.glob("lib/python3*/site-packages/*.dist-info")
    return {path.name.partition("-")[0].lower() for path in found}


def edited(wheel: Path) -> None:
    """Change one byte of a file in a wheel; the zip stays sound."""
    members: Mapping[str, bytes]
    with ZipFile(wheel) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = next(name for name in members if name.endswith(".py") and len(members[name]) > 9)
    content = BytesIO()
    with ZipFile(content, "w", ZIP_STORED) as archive:
        for member, data in members.items():
            archive.writestr(member, data[:-1] + b"#" if member == name else data)
    wheel.write_bytes(content.getvalue())


def test_it_installs_and_runs_and_no_other_file_of_the_checkout_has_a_say(
    checkout: Path, tools: Tools
) -> None:
    for name in ("pip.py", "venv.py", "sitecustomize.py", "usercustomize.py"):
        (checkout / name).write_text(HOSTILE)
    for name in ("uv.toml", "pyproject.toml"):
        head = "[tool.uv.pip]" if name == "pyproject.toml" else "[pip]"
        (checkout / name).write_text(
            f"{head}\nrequire-hashes = false\nverify-hashes = false\ntarget = 'elsewhere'\n"
        )
    (checkout / "pip.conf").write_text("[install]\ntarget = elsewhere\n")
    venv, ran = install(checkout, tools)
    assert ran.returncode == 0, ran.stderr
    assert not (checkout / "elsewhere").exists()
    said = subprocess.run(
        [venv / "bin/satops", "validate"], cwd=checkout, capture_output=True, text=True, env={}
    )
    assert said.returncode == 0, said.stderr
    assert {"satops", "starlette", "requests"} < names(venv)
    assert names(venv).isdisjoint({"uv", "pip", "setuptools", "pyogrio"})
    assert not (venv / "uv").exists()


def test_pip_takes_the_same_file(checkout: Path, tools: Tools, python: Path) -> None:
    target = checkout.parent / "target"
    subprocess.run(
        [python / "python", "-I", "-m", "pip", "install", "--quiet", "--no-compile",
         "--require-hashes", "--no-deps", "--only-binary", ":all:", "--target", str(target),
         "--requirement", f"{WHEELS}/requirements.txt"],
        cwd=checkout, env={**os.environ, **tools.wheels}, check=True,
    )  # fmt: skip
    assert (target / f"satops-{__version__}.dist-info").is_dir()


def test_a_changed_byte_of_the_wheel_of_satops_is_refused(checkout: Path, tools: Tools) -> None:
    (wheel,) = checkout.glob(f"{WHEELS}/*.whl")
    edited(wheel)
    venv, ran = install(checkout, tools)
    assert ran.returncode != 0
    assert "Hash mismatch for `satops" in ran.stderr
    assert "satops" not in names(venv)


@pytest.mark.parametrize("name", ["uv", "requests"])
def test_a_changed_byte_of_any_other_wheel_is_refused(
    checkout: Path, tools: Tools, tmp_path: Path, name: str
) -> None:
    mirror = tmp_path / "mirror"
    shutil.copytree(tools.wheels["PIP_FIND_LINKS"], mirror)
    (wheel,) = mirror.glob(f"{name}-*.whl")
    edited(wheel)
    venv, ran = install(checkout, tools, PIP_FIND_LINKS=str(mirror), UV_FIND_LINKS=str(mirror))
    assert ran.returncode != 0
    assert name in ran.stderr
    assert "hash" in ran.stderr.lower()
    assert names(venv) == set()


def test_a_package_without_a_hash_is_refused(checkout: Path, tools: Tools) -> None:
    file = checkout / WHEELS / "requirements.txt"
    text, hashes = file.read_text("utf-8"), r"(idna==\S+) (?:\\\n +--hash=\S+ ?)+"
    assert re.search(hashes, text)
    file.write_text(re.sub(hashes, r"\1", text), "utf-8")
    venv, ran = install(checkout, tools)
    assert ran.returncode != 0
    assert names(venv) == set()
