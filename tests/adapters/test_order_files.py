"""The walk on a real disk: pipes, links, names and rights that a pull request could bring."""

import os
import socket
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from satops.adapters.files import order_files
from satops.adapters.files.order_files import MAX_INCLUDE_BYTES, OrderTree
from satops.core.loading import CHECKS, MAX_SPEC_BYTES
from satops.core.problem import Problem, Severity
from satops.ports import SourceFile


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository with one spec, and a secret beside it."""
    (tmp_path / "secret.yaml").write_text("name: secret\n")
    root = tmp_path / "repository"
    (root / "orders").mkdir(parents=True)
    (root / "orders" / "good.yaml").write_text("name: good\n")
    return root


def walk(root: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the paths of the specs, and check code and file of the problems."""
    found = list(OrderTree(root, "orders/").walk())
    problems = [each for each in found if isinstance(each, Problem)]
    assert all(each.summary == CHECKS[each.check].title for each in problems)
    assert all((each.file + each.detail).isprintable() for each in problems)
    return (
        [each.path for each in found if isinstance(each, SourceFile)],
        [(each.check, each.file) for each in problems],
    )


def _pipe(orders: Path) -> None:
    os.mkfifo(orders / "pipe.yaml")


def _socket(orders: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(orders)  # the path of a socket is short
        try:
            server.bind("socket.yaml")
        finally:
            os.chdir(here)


HOSTILE: dict[str, tuple[Callable[[Path], object], tuple[str, str]]] = {
    "a pipe": (_pipe, ("L21", "orders/pipe.yaml")),
    "a socket": (_socket, ("L21", "orders/socket.yaml")),
    "a device": (
        lambda orders: (orders / "zero.yaml").symlink_to("/dev/zero"),
        ("L22", "orders/zero.yaml"),
    ),
    "a link to itself": (
        lambda orders: (orders / "loop.yaml").symlink_to("loop.yaml"),
        ("L22", "orders/loop.yaml"),
    ),
    "a link to itself without a suffix": (
        lambda orders: (orders / "loop").symlink_to("loop"),
        ("L22", "orders/loop"),
    ),
    "a link to the folder above": (
        lambda orders: (orders / "up").symlink_to(".."),
        ("L22", "orders/up"),
    ),
    "a link to a folder": (
        lambda orders: (orders / "all").symlink_to("."),
        ("L22", "orders/all"),
    ),
    "a link out of the repository": (
        lambda orders: (orders / "out.yaml").symlink_to("../../secret.yaml"),
        ("L22", "orders/out.yaml"),
    ),
    "a link to nothing": (
        lambda orders: (orders / "gone.yml").symlink_to("nothing.yml"),
        ("L22", "orders/gone.yml"),
    ),
    "a name with a line end": (
        lambda orders: (orders / "a\nb.yaml").write_text("name: x"),
        ("L23", "orders/a\\nb.yaml"),
    ),
    "a name with a terminal escape": (
        lambda orders: (orders / "\x1b[31m.yaml").write_text("name: x"),
        ("L23", "orders/\\x1b[31m.yaml"),
    ),
    "a folder with a line end": (
        lambda orders: (orders / "a\nb").mkdir(),
        ("L23", "orders/a\\nb"),
    ),
    "a name that is not UTF-8": (
        lambda orders: (orders / os.fsdecode(b"\xff.yaml")).write_text("name: x"),
        ("L23", "orders/\\udcff.yaml"),
    ),
    "a file that is too large": (
        lambda orders: os.truncate(_touched(orders / "big.yaml"), MAX_SPEC_BYTES + 1),
        ("L08", "orders/big.yaml"),
    ),
}


def _touched(path: Path) -> Path:
    path.touch()
    return path


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_plain_file_is_a_problem_and_hides_nothing(case: str, root: Path) -> None:
    make, expected = HOSTILE[case]
    make(root / "orders")
    assert walk(root) == (["orders/good.yaml"], [expected])


def test_a_spec_that_cannot_be_read_has_a_place_that_editors_can_open(root: Path) -> None:
    os.mkfifo(root / "orders/pipe.yaml")
    (root / "orders/out").symlink_to("/")
    found = OrderTree(root, "orders/").walk()
    places = {each.file: each.line for each in found if isinstance(each, Problem)}
    assert places == {"orders/pipe.yaml": 1, "orders/out": None}


@pytest.fixture
def denied(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Take the right to open or list a path, also from a superuser."""
    names: list[str] = []
    real_open, real_scandir = os.open, os.scandir

    def refuse(path: object) -> None:
        if any(str(path).endswith(name) for name in names):
            raise PermissionError(13, "Permission denied")

    def opened(path: str, flags: int, mode: int = 0o777) -> int:
        refuse(path)
        return real_open(path, flags)

    def scanned(path: str) -> object:
        refuse(path)
        return real_scandir(path)

    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(os, "scandir", scanned)
    yield names.append
    monkeypatch.undo()


def test_files_and_folders_without_rights_are_problems(
    root: Path, denied: Callable[[str], None]
) -> None:
    (root / "orders" / "closed").mkdir()
    (root / "orders" / "closed.yaml").write_text("name: x")
    denied("/closed")
    denied("closed.yaml")
    assert walk(root) == (
        ["orders/good.yaml"],
        [("L20", "orders/closed.yaml"), ("L24", "orders/closed")],
    )


def test_dot_files_and_other_files_are_passed_over(root: Path) -> None:
    for name in (".hidden.yaml", "notes.md", "aoi.geojson", "x.yaml.orig", ".git/config.yaml"):
        path = root / "orders" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("name: x")
    (root / "orders" / "notes").symlink_to("nothing")
    (root / "orders" / "readme").symlink_to("notes.md")
    os.mkfifo(root / "orders" / "pipe")
    assert walk(root) == (["orders/good.yaml"], [])


def test_a_link_to_a_file_of_the_repository_is_read(root: Path) -> None:
    (root / "templates").mkdir()
    (root / "templates" / "a.yaml").write_text("name: a")
    (root / "orders" / "a.yaml").symlink_to("../templates/a.yaml")
    assert walk(root) == (["orders/a.yaml", "orders/good.yaml"], [])


def test_a_link_into_a_folder_of_git_is_no_spec(root: Path) -> None:
    for folder in (root / ".git", root / "sub" / ".GIT"):
        folder.mkdir(parents=True)
        (folder / "a.yaml").write_text("name: a")
    (root / "orders" / "a.yaml").symlink_to("../.git/a.yaml")
    (root / "orders" / "b.yaml").symlink_to("../sub/.GIT/a.yaml")
    paths, problems = walk(root)
    assert paths == ["orders/good.yaml"]
    assert problems == [("L22", "orders/a.yaml"), ("L22", "orders/b.yaml")]


def test_a_folder_that_ends_like_a_spec_is_a_folder(root: Path) -> None:
    (root / "orders" / "2026.yaml").mkdir()
    (root / "orders" / "2026.yaml" / "a.yaml").write_text("name: a")
    assert walk(root)[0] == ["orders/2026.yaml/a.yaml", "orders/good.yaml"]


def test_deep_folders_are_walked(root: Path) -> None:
    deep = root.joinpath("orders", *["d"] * 300)
    deep.mkdir(parents=True)
    (deep / "a.yaml").write_text("name: a")
    try:
        paths, problems = walk(root)
    finally:  # deeper than pytest can remove
        (deep / "a.yaml").unlink()
        os.removedirs(deep)
    assert [len(path) for path in paths] == [len("orders/a.yaml") + 600, len("orders/good.yaml")]
    assert problems == []


def test_without_a_folder_of_orders_there_is_a_word_and_no_error(tmp_path: Path) -> None:
    (problem,) = OrderTree(tmp_path, "orders/").walk()
    assert isinstance(problem, Problem)
    assert (problem.check, problem.severity) == ("L25", Severity.INFO)
    assert not problem.blocks


def test_a_folder_of_orders_outside_of_the_repository_is_refused(root: Path) -> None:
    (root.parent / "elsewhere").mkdir()
    (root / "linked").symlink_to("../elsewhere")
    (problem,) = OrderTree(root, "linked").walk()
    assert isinstance(problem, Problem)
    assert problem.check == "L22"
    assert problem.blocks


def test_a_file_in_place_of_the_folder_of_orders_is_a_problem(root: Path) -> None:
    (root / "list.yaml").write_text("name: x")
    (problem,) = OrderTree(root, "list.yaml").walk()
    assert isinstance(problem, Problem)
    assert problem.check == "L24"


REFUSED = {
    "": "is empty",
    "../../secret.yaml": "leaves the repository",
    "../../../../../../etc/hostname": "leaves the repository",
    "/etc/hostname": "is absolute",
    "C:/aoi.geojson": "is absolute",
    "..\\aoi.geojson": "backslash",
    "a\nb.geojson": "cannot be seen",
    "a\0b.geojson": "cannot be seen",
    "link-out.geojson": "leaves the repository",
    "folder-out/secret.yaml": "leaves the repository",
    "../.git/config": "git's own folder",
    "link-to-git.geojson": "git's own folder",
    "git/config": "git's own folder",
    "pipe.geojson": "no regular file",
    "../orders": "no regular file",
    "loop.geojson": "is a link",
    "big.geojson": "at most",
    "delta.geojsn": "Did you mean delta.geojson?",
    "good.yaml/x": "There is no file",
}


@pytest.mark.parametrize("ref", REFUSED)
def test_a_path_that_may_not_be_read_is_refused_in_words(ref: str, root: Path) -> None:
    orders = root / "orders"
    (orders / "delta.geojson").write_text("{}")
    (orders / "link-out.geojson").symlink_to("../../secret.yaml")
    (orders / "folder-out").symlink_to("../..")
    (orders / "link-to-git.geojson").symlink_to("../.git/config")
    (orders / "git").symlink_to("../.git")
    (orders / "loop.geojson").symlink_to("loop.geojson")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("token = x")
    os.mkfifo(orders / "pipe.geojson")
    os.truncate(_touched(orders / "big.geojson"), MAX_INCLUDE_BYTES + 1)
    said = OrderTree(root, "orders/").include("orders/good.yaml", ref)
    assert isinstance(said, str)
    assert REFUSED[ref] in said
    assert said.isprintable()


def test_a_link_within_the_repository_may_be_referred_to(root: Path) -> None:
    (root / "aois").mkdir()
    (root / "aois" / "delta.geojson").write_text("{}")
    (root / "orders" / "delta.geojson").symlink_to("../aois/delta.geojson")
    included = OrderTree(root, "orders/").include("orders/good.yaml", "delta.geojson")
    assert not isinstance(included, str)


def test_a_shared_file_is_read_once_and_a_new_tree_reads_again(root: Path) -> None:
    aoi = root / "orders" / "aoi.geojson"
    aoi.write_text("1")
    tree = OrderTree(root, "orders/")
    first = tree.include("orders/good.yaml", "aoi.geojson")
    aoi.write_text("2")
    assert tree.include("orders/good.yaml", "./aoi.geojson") == first
    assert OrderTree(root, "orders/").include("orders/good.yaml", "aoi.geojson") != first


def test_files_beyond_the_bound_are_forgotten(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_files, "_KEPT_BYTES", 10)
    tree = OrderTree(root, "orders/")
    for name in "abc":
        (root / "orders" / name).write_text(name * 4)
        assert tree.include("orders/good.yaml", name) == tree.include("orders/good.yaml", name)
    (root / "orders" / "a").write_text("new")
    (root / "orders" / "c").write_text("new")
    first, last = (tree.include("orders/good.yaml", name) for name in "ac")
    assert (first[0], last[0]) == (b"new", b"cccc")


def test_a_file_of_the_tree_is_inside_where_the_system_writes_backslashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders/a.geojson").write_text("{}")
    real = os.path.realpath

    def windows(path: str | Path, *, strict: bool = False) -> str:
        return real(path, strict=strict).replace("/", "\\")

    monkeypatch.setattr(os.path, "realpath", windows)
    monkeypatch.setattr(os, "sep", "\\")
    tree = OrderTree(tmp_path, "orders/")
    assert tree.include("orders/spec.yaml", "a.geojson") == (b"{}", sha256(b"{}").hexdigest())
    assert "leaves the repository" in str(tree.include("orders/spec.yaml", "../../a.geojson"))
