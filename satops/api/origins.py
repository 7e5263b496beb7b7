"""Where the orders of a plan come from, and whether they may be bought from there."""

from collections.abc import Mapping, Sequence

from satops.adapters.files.provenance_file import read_provenance
from satops.adapters.history import History
from satops.api.repository import Repository, Say
from satops.core.plan.config import BuyConfig
from satops.core.plan.plan import Action
from satops.core.plan.provenance import Provenance
from satops.core.spec.spec import Spec
from satops.errors import Refused

_NAMES_MAX = 5


def provenances(
    opened: Repository, creates: Sequence[Action], say: Say
) -> Mapping[str, Provenance]:
    """Return what git and the forge tell of each order to buy.

    Raises `Refused` where `buy` in satops.yaml allows other sources than these.
    """
    specs = [action.spec for action in creates if action.spec is not None]
    history = History(opened.root)
    committed = history.committed(specs)
    _require_source(opened.config.buy, history, specs, committed)
    told, why = read_provenance(opened.environ)
    if why:
        say(f"satops: {why} Pull requests and approvals are not recorded.")
    found = {}
    for spec in specs:
        commit = history.commit_of(spec)
        pull_request, approvals = told.get(commit or "", (None, None))
        found[spec.name] = Provenance(
            commit, None if committed is None else committed[spec.name], pull_request, approvals
        )
    return found


def commits(opened: Repository, creates: Sequence[Action]) -> list[str]:
    """Return the commits that orders to buy come from, each once."""
    history = History(opened.root)
    found = (history.commit_of(action.spec) for action in creates if action.spec is not None)
    return sorted({commit for commit in found if commit is not None})


def waiting_too_long(opened: Repository, creates: Sequence[Action]) -> dict[str, float]:
    """Return name and hours of orders that wait for longer than `nightly.waitsH` since the merge.

    Where git cannot tell since when, an order is not among them.
    """
    history, now = History(opened.root), opened.clock.now()
    merged = {it.name: history.merged_at(it.spec) for it in creates if it.spec is not None}
    hours = {name: (now - at).total_seconds() / 3600 for name, at in merged.items() if at}
    return {name: waits for name, waits in hours.items() if waits > opened.config.nightly_waits_h}


def _require_source(
    buy: BuyConfig,
    history: History,
    specs: Sequence[Spec],
    committed: Mapping[str, bool] | None,
) -> None:
    if buy.committed and committed is None:
        raise _refused("git cannot tell whether the specs are those of a commit")
    if buy.committed and committed is not None:
        dirty = [spec.name for spec in specs if not committed[spec.name]]
        if dirty:
            more = f" and {len(dirty) - _NAMES_MAX} more" if len(dirty) > _NAMES_MAX else ""
            raise _refused(
                f"{', '.join(dirty[:_NAMES_MAX])}{more}: the spec, or a file that it refers to, "
                "differs from the commit that is checked out"
            )
    if buy.branch is not None:
        inside = history.is_in(buy.branch)
        if inside is None:
            raise _refused(
                f"git cannot tell whether this commit is in origin/{buy.branch}; fetch that branch"
            )
        if not inside:
            raise _refused(f"the commit that is checked out is not in origin/{buy.branch}")


def _refused(why: str) -> Refused:
    return Refused(
        f"`buy` in satops.yaml allows only what was merged: {why}. Nothing was sent. Merge the "
        "change, and let the workflow buy it."
    )
