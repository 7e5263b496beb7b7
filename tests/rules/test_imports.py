"""The architecture as a failing check: directions, homes of packages, core and offers without I/O.

How: every module of the package is parsed, and its imports are listed, lazy ones included.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "satops"

LAYERS = (
    {"errors"},
    {"core"},
    {"offers"},
    {"ports"},
    {"workflow"},
    {"adapters", "report", "sandbox"},
    {"api"},
    {"__init__"},
    {"cli"},
    {"__main__"},
)
"""From the ground up: a module may import from its own part and from the layers below it."""

HOMES = {
    "yaml": ("core/loading/",),
    "jsonschema": ("core/spec/schema.py",),
    "jsonschema_rs": ("core/spec/schema.py",),
    "orjson": ("core/json_text.py",),
    "shapely": ("core/geometry/",),
    "pyproj": tuple(f"core/geometry/{name}.py" for name in ("ellipsoid", "systems", "moving")),
    "numpy": ("core/geometry/",),
    "anyascii": ("workflow/slug.py",),
    "deepdiff": ("core/plan/changes.py", "core/plan/config_changes.py"),
    "requests": ("adapters/marketplaces/", "adapters/webhook.py"),
    "urllib3": ("adapters/marketplaces/",),
    "click": ("cli/",),
    "tzdata": ("adapters/zone_rules.py",),
    "filelock": ("adapters/file_lock.py", "adapters/files/local_state.py"),
    "rich": ("report/terminal.py", "cli/"),
    "starlette": ("sandbox/",),
    "uvicorn": ("sandbox/",),
    "psycopg": ("adapters/stores/",),
    "obstore": ("adapters/stores/", "adapters/deliveries/objects.py"),
    "subprocess": (
        "adapters/git_command.py",
        "adapters/gis/gis_process.py",
        "adapters/files/published_wheel.py",
    ),
}
"""Where each third-party package may be imported, and nowhere else; and who starts processes."""

OUTSIDE = {
    "os", "io", "pathlib", "socket", "subprocess", "threading", "time", "tempfile", "shutil",
    "urllib.request", "http.client", "sqlite3", "logging", "random", "secrets", "uuid", "gc", "sys",
}  # fmt: skip
"""What core and offers never touch: files, network, clocks, processes, chance, the interpreter."""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            assert node.module is not None
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def part_of(module: str) -> str:
    """Return the part of the package that a dotted name of ours belongs to."""
    names = module.split(".")
    return names[1] if len(names) > 1 else "__init__"


def layer_of(part: str) -> int:
    for level, parts in enumerate(LAYERS):
        if part in parts:
            return level
    raise AssertionError(f"satops/{part} has no place among the layers")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_its_own_part_and_from_below(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for line, name in imports(path):
        if name.split(".")[0] != "satops":
            continue
        part = part_of(name)
        if part in ("py", "__version__", own):
            continue
        if name in ("satops", "satops.__version__"):
            continue
        assert layer_of(part) < layer_of(own), f"{path}:{line} imports {name} from above or beside"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_third_party_package_is_imported_at_home_only(path: Path) -> None:
    relative = path.relative_to(PACKAGE).as_posix()
    for line, name in imports(path):
        homes = HOMES.get(name.split(".")[0])
        if homes is not None:
            assert relative.startswith(homes), f"{path}:{line} imports {name}, home: {homes}"


@pytest.mark.parametrize(
    "path",
    [path for path in modules() if path.relative_to(PACKAGE).parts[0] in ("core", "offers")],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_core_and_offers_touch_nothing_outside_themselves(path: Path) -> None:
    for line, name in imports(path):
        assert name not in OUTSIDE, f"{path}:{line} imports {name}"
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "print", "input"), f"{path}:{node.lineno}"


def test_every_declared_dependency_has_a_home() -> None:
    import tomllib

    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = [
        *project["dependencies"],
        *(item for name, items in extras.items() if name != "dev" for item in items),
    ]
    modules_of = {"pyyaml": "yaml", "jsonschema-rs": "jsonschema_rs"}
    for requirement in declared:
        name = requirement.split(">")[0].split("[")[0].strip().lower()
        assert modules_of.get(name, name) in HOMES, f"{name} has no home"
