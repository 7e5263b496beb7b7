"""The architecture as a failing check: directions, homes of packages, core and offers without I/O.

How: every module of the package is parsed, and its imports are listed, lazy ones included.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "satops"

OFFER = re.compile(r"(offers|adapters/marketplaces)/\w+/__init__\.py")

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

HOMES: dict[str, tuple[str, ...]] = {
    "yaml": ("core/loading/",),
    "jsonschema": ("core/spec/schema.py",),
    "jsonschema_rs": ("core/spec/schema.py",),
    "orjson": ("core/json_text.py",),
    "shapely": ("core/geometry/",),
    "pyproj": tuple(f"core/geometry/{name}.py" for name in ("ellipsoid", "systems", "moving")),
    "numpy": ("core/geometry/",),
    "anyascii": ("core/spec/slug.py",),
    "deepdiff": ("core/plan/changes.py", "core/plan/changes.py"),
    "requests": ("adapters/marketplaces/", "adapters/webhook.py"),
    "urllib3": ("adapters/marketplaces/",),
    "click": ("cli/",),
    "tzdata": ("adapters/clock.py",),
    "filelock": ("adapters/disk.py",),
    "rich": ("report/terminal.py", "cli/"),
    "starlette": ("sandbox/",),
    "uvicorn": ("sandbox/",),
    "psycopg": ("adapters/stores/",),
    "obstore": ("adapters/stores/", "adapters/deliveries/objects.py"),
    "msgspec": ("",),  # everywhere
    "dataclasses": (),  # every value is a msgspec.Struct
    "subprocess": (
        "adapters/git_command.py",
        "adapters/gis/gis_process.py",
        "adapters/files/ci_files.py",
    ),
}
"""Where each third-party package may be imported, and nowhere else; and who starts processes."""

OUTSIDE = {
    "os", "io", "pathlib", "socket", "subprocess", "threading", "time", "tempfile", "shutil",
    "urllib.request", "http.client", "sqlite3", "logging", "random", "secrets", "uuid", "gc", "sys",
}  # fmt: skip
"""What core and offers never touch: files, network, clocks, processes, chance, the interpreter."""


@cache
def _modules() -> dict[str, ast.Module]:
    """Return every module of the package, by its path in it."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8")) for path in paths
    }


def _imports(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            assert node.module is not None
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@cache
def _all_imports() -> list[tuple[str, int, str]]:
    """Return path, line and name of every import."""
    found = _modules().items()
    return [(path, line, name) for path, tree in found for line, name in _imports(path, tree)]


def layer_of(part: str) -> int:
    for level, parts in enumerate(LAYERS):
        if part in parts:
            return level
    raise AssertionError(f"satops/{part} has no place among the layers")


def test_a_module_imports_only_from_its_own_part_and_from_below() -> None:
    for path, line, name in _all_imports():
        package, _, rest = name.partition(".")
        part, own = rest.split(".")[0], path.split("/")[0].removesuffix(".py")
        if package == "satops" and part not in ("", "py", "__version__", own):
            assert layer_of(part) < layer_of(own), f"{path}:{line} imports {name} from above"


def test_a_third_party_package_is_imported_at_home_only() -> None:
    for path, line, name in _all_imports():
        homes = HOMES.get(name.split(".")[0])
        if homes is not None:
            assert path.startswith(homes), f"{path}:{line} imports {name}, home: {homes}"


def test_one_offer_and_one_marketplace_are_known_to_their_table_alone() -> None:
    """What else needs an offer is given one; the sandbox is a marketplace of one offer."""
    folders = [path.removesuffix("/__init__.py") for path in _modules() if OFFER.fullmatch(path)]
    assert {"offers/eo_imagery", "adapters/marketplaces/eo_imagery"} <= set(folders)
    for path, line, name in _all_imports():
        for folder in folders:
            if name.startswith(f"satops.{folder.replace('/', '.')}"):
                table = f"{folder.rpartition('/')[0]}/__init__.py"
                homes = (f"{folder}/", table, "sandbox/")
                assert path.startswith(homes), f"{path}:{line} imports {name}"


def test_core_and_offers_touch_nothing_outside_themselves() -> None:
    pure = ("core/", "offers/")
    for path, line, name in _all_imports():
        assert not (path.startswith(pure) and name in OUTSIDE), f"{path}:{line} imports {name}"
    for path, tree in _modules().items():
        for node in ast.walk(tree) if path.startswith(pure) else ():
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
