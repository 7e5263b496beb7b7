"""Compare a plan with a commit: whose rules apply, what has changed, and what already waited."""

import posixpath
from collections.abc import Iterator
from hashlib import sha256

from msgspec.structs import replace

from satops.adapters.files.commit_files import Commit, CommitFiles
from satops.adapters.files.config_file import NAME, config_values, load_config_at
from satops.adapters.files.order_files import OrderTree
from satops.adapters.git_command import TIMEOUT_S, Git
from satops.api.repository import Repository
from satops.api.specs import spec_tree
from satops.core.check import When
from satops.core.plan.changes import ABSENT, Change, config_problem, new_marketplace, value_changes
from satops.core.plan.checks import EDITED
from satops.core.plan.plan import Action, Plan
from satops.core.problem import Problem, by_position
from satops.core.spec.spec import Spec
from satops.errors import StoreUnreachable, UsageError
from satops.offers import times_of

_DIGEST_SHOWN = 12


class Base:
    """A git commit as base of a change.  Raises `UsageError` if it cannot be read."""

    def __init__(self, opened: Repository, ref: str) -> None:
        self._ref = ref
        self._tree = OrderTree(opened.root, ".")
        self._here = opened.config
        self._config, before = load_config_at(opened.root, ref)
        self._keys = value_changes(before, config_values(opened.root))
        self.earlier = Earlier(opened, ref, is_there=True)  # its satops.yaml was read
        base = self._config
        self.ruling = replace(
            opened,
            config=replace(
                opened.config,
                state=base.state,
                marketplace=base.marketplace,
                limits=base.limits,
                labels=base.labels,
                severities=base.severities,
                prices=base.prices,
                region=base.region,
                allowed=base.allowed,
                forbidden=base.forbidden,
                modes=base.modes,
            ),
        )
        """The repository with the limits, severities, prices and ledger of the base.

        A change under review must not choose which ledger decides what is bought, nor which host
        this machine contacts."""

    def compared(self, plan: Plan) -> Plan:
        """Return the plan with the change of the guards, and without problems that the base has
        too.
        """
        changes = (*self._keys, *self._files())
        problem = config_problem(changes, self._config.severities, file=NAME, ref=self._ref)
        already = {id(it) for it in self._already(plan)}
        problems = [it for it in plan.problems if id(it) not in already]
        problems += [problem] if problem is not None else []
        return replace(
            plan,
            base=self._ref,
            guard_changes=changes,
            new_marketplace=new_marketplace(
                self._config, self._here, sum(action.where is not None for action in plan.actions)
            ),
            already=tuple(it for it in plan.problems if id(it) in already),
            problems=tuple(sorted(problems, key=by_position)),
        )

    def _files(self) -> Iterator[Change]:
        """Yield each changed file that satops.yaml names, in the base or here."""
        for key in ("allowed", "forbidden", "modes"):
            title = key if key == "modes" else f"areas.{key}"
            for path in dict.fromkeys((getattr(self._config, key), getattr(self._here, key))):
                if path is None:
                    continue
                before, after = self.earlier.digest(path), self._digest_here(path)
                if before != after:
                    yield Change(f"{path} ({title})", _shown(before), _shown(after))

    def _already(self, plan: Plan) -> Iterator[Problem]:
        """Yield problems, by time or ledger, of specs that the base has with the same bytes."""
        specs = {action.name: action.spec for action in plan.actions}
        for problem in plan.problems:
            spec = specs.get(problem.order or "")
            by_time = problem.check == EDITED.code or When.CLOCK in times_of(problem.check)
            if problem.blocks and by_time and spec is not None and self.earlier.holds(spec):
                yield problem

    def _digest_here(self, path: str) -> str | None:
        found = self._tree.include(NAME, path)
        return None if isinstance(found, str) else found[1]


def _shown(digest: str | None) -> str:
    return ABSENT if digest is None else f"sha256 {digest[:_DIGEST_SHOWN]}"


class Earlier:
    """A commit of the repository.  Raises `UsageError` for an absent one."""

    def __init__(self, opened: Repository, ref: str, *, is_there: bool = False) -> None:
        self._opened = opened
        self._ref = ref
        self._git = Git(opened.root, TIMEOUT_S)
        if not is_there and (not ref or ref.startswith("-") or ":" in ref or not self._is_there()):
            raise UsageError(
                f"{ref!r} is no commit of this repository. In CI it may not have been fetched: "
                "fetch the whole history."
            )
        self._commit = Commit(self._git, ref)

    def digest(self, path: str) -> str | None:
        """Return the SHA-256 of a file by its path from the root; None if absent."""
        content = self._commit.content(path)
        return None if content is None else sha256(content).hexdigest()

    def holds(self, spec: Spec) -> bool:
        """Tell whether the commit has a spec and its files with the same bytes."""
        source = spec.source
        folder = posixpath.dirname(source.file)
        return self.digest(source.file) == source.sha256 and all(
            self.digest(posixpath.join(folder, it.ref)) == it.sha256 for it in source.includes
        )

    def waiting(self, plan: Plan) -> frozenset[str]:
        """Return the names of orders to create that the commit already had.

        In a changed file, specs are compared one by one.
        """
        specs = [action.spec for action in plan.creates if action.spec is not None]
        self._commit.read(spec.source.file for spec in specs)
        alike, open_ = set(), list[Action]()
        for action in plan.creates:
            if action.spec is not None and self.holds(action.spec):
                alike.add(action.name)
            else:
                open_.append(action)
        files = {action.spec.source.file for action in open_ if action.spec is not None}
        if files:
            there = spec_tree(self._opened, files=CommitFiles(self._commit, files))
            before = {spec.name: _asked(spec) for spec in there.read().specs}
            alike |= {it.name for it in open_ if it.spec and before.get(it.name) == _asked(it.spec)}
        return frozenset(alike)

    def _is_there(self) -> bool:
        try:
            return self._git.attempt("cat-file", "-e", f"{self._ref}^{{commit}}").ok
        except StoreUnreachable as error:
            raise UsageError(f"{self._ref!r} cannot be looked for. {error}") from None


def _asked(spec: Spec) -> tuple[object, ...]:
    return spec.order.digest, spec.labels, frozenset(spec.acknowledge), spec.supersedes
