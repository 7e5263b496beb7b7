"""What the package ships for CI: workflows before they are filled in, and pinned wheels."""

from collections.abc import Mapping
from pathlib import Path

_PACKAGE = Path(__file__).parents[2]
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
