"""Reports about the setup: repository, ledger, store, machine."""

from collections.abc import Iterable, Iterator, Sequence

from satops.core.ledger.events import MarketplaceMoved
from satops.core.plan.config import SANDBOX
from satops.core.problem import Problem
from satops.core.safe import safe, safe_lines
from satops.core.words import counted
from satops.report.layout import BLANK, Block, Line, Tone, command
from satops.report.text.problems import problem_blocks
from satops.workflow.doctor import DoctorReport, Verdict
from satops.workflow.ledger import Accepted, CopyReport
from satops.workflow.scaffold_ci import FileChange, Place, diff
from satops.workflow.verify import VerifyReport

_TONES = {Verdict.GOOD: Tone.GOOD, Verdict.WARNING: Tone.WARNING, Verdict.WRONG: Tone.ERROR}


def started_blocks(
    address: str, marketplace: str = SANDBOX, state: str | None = None
) -> Iterator[Block]:
    """Yield the new ledger's address, and its marketplace."""
    yield Line(f"An empty ledger begins at {safe(address)}.", Tone.GOOD)
    if marketplace != SANDBOX:
        yield Line(f"It holds orders of {safe(marketplace)} alone, which cost money.", Tone.WARNING)
    if state is not None:
        yield Line(f"`state` in satops.yaml names it now. Set SATOPS_STATE to it in CI: {state}")
    yield Line(
        "Commit it, or keep it where every run finds it: it is the record of what is bought."
    )


def init_blocks(root: str, written: Iterable[str], address: str, back: str) -> Iterator[Block]:
    """Yield the files of `init`, and the next steps; `back` is the command that changes to the
    folder.
    """
    yield Line(f"A satops repository is ready in {safe(root)}:", Tone.GOOD)
    for path in written:
        yield Line(safe(path), indent=4)
    yield Line(f"The ledger is at {safe(address)}.")
    yield Line("It orders from the sandbox: nothing real is bought until satops.yaml says so.")
    yield BLANK
    yield Line("To see what would be bought:")
    yield command(f"{back}satops plan")


def ci_blocks(
    root: str, written: Iterable[str], place: Place, state: str, back: str
) -> Iterator[Block]:
    """Yield the files of `init --ci`, and how to begin the ledger; `back` changes to the folder."""
    yield Line(f"Written in {safe(root)}:", Tone.GOOD)
    for path in written:
        yield Line(safe(path), indent=4)
    yield Line("In CI the ledger is a branch of its own: satops.yaml must say")
    yield command(f"state: {safe(state)}")
    if place.forge == "gitlab" and place.folder:
        yield Line("GitLab reads .gitlab-ci.yml at the root of the repository. It must say")
        yield command(f'include: [{{local: "{place.path("gitlab-ci.yml")}"}}]')
    yield BLANK
    yield Line("Commit these files and push them to the forge. Then begin the ledger there, once:")
    yield command(f"{back}satops ledger start")
    yield Line("docs/gitops.md tells how to set up the token, the environment and the owners.")


def update_blocks(changes: Sequence[FileChange]) -> Iterator[Block]:
    """Yield the changed workflows of an update, and those left to the team."""
    for change in changes:
        if change.done:
            word = "Removed" if change.after is None else "Written"
            yield Line(f"{word}: {safe(change.path)}", Tone.GOOD)
        else:
            yield Line(
                f"Kept: {safe(change.path)}, which was changed here. Take from this what you want:",
                Tone.WARNING,
            )
        yield from (Line(safe(line), Tone.QUIET, indent=4) for line in diff(change))
    if not changes:
        yield Line("The workflows are up to date.", Tone.GOOD)
    elif any(change.done for change in changes):
        yield Line("Read the changes, and commit them in a pull request.")


def new_blocks(
    path: str, warnings: Sequence[Problem], renamed: str, orders: int = 1
) -> Iterator[Block]:
    """Yield the warnings of a new spec, its path, and the command that shows its plan.

    `renamed` is the order's name if it differs from the given one, and `orders` the number of
    members of a series.
    """
    if warnings:
        yield from problem_blocks(warnings)
        yield BLANK
    called = f" The order is called {safe(renamed)}." if renamed else ""
    stands = f" It stands for {orders:,} orders." if orders > 1 else ""
    yield Line(f"Wrote {safe(path)}.{called}{stands}", Tone.GOOD)
    yield BLANK
    yield Line("To see what it would buy:")
    yield command("satops plan")


def moved_ledger_blocks(report: CopyReport, target: str) -> Iterator[Block]:
    """Yield the moved ledger's new address, and where to write it."""
    yield Line(
        f"{safe(report.target)} holds the ledger: {counted(report.head.seq, 'event')}, all read "
        "back. The one that was left is closed: it can be read, and nothing is appended to it.",
        Tone.GOOD,
    )
    yield Line("Name the new one in satops.yaml, and in SATOPS_STATE where that is set:")
    yield command(f"state: {safe(target)}")


def moved_blocks(moved: MarketplaceMoved) -> Iterator[Block]:
    """Yield the marketplace's new address."""
    yield Line(f"The orders of this ledger are at {safe(moved.to)} from here on.", Tone.GOOD)


def accepted_blocks(accepted: Accepted) -> Iterator[Block]:
    """Yield the lost events, and which orders are held until a person judges them."""
    yield Line(
        f"The ledger goes on from event {accepted.head.seq:,}. This machine had appended "
        f"event {accepted.lost.seq:,}: what came between is lost.",
        Tone.WARNING,
    )
    like = dict(accepted.fits)
    for order in accepted.foreign:
        names = like.get(order.order_no, ())
        said = f", which is {safe(' or '.join(names))}" if names else ""
        yield Line(f"{safe(order.order_no)} is in no ledger here{said}.", indent=4)
        for name in names:
            yield command(f"satops adopt {safe(name)} {safe(order.order_no)} --because TEXT")
    yield Line(
        "Nothing is bought before the account must show all that was sent, and what it holds "
        "already stays held until it is adopted or called foreign."
    )


def copied_blocks(report: CopyReport) -> Iterator[Block]:
    """Yield the result of a copy, and what to do with the two ledgers."""
    yield Line(
        f"{safe(report.target)} holds the ledger: {counted(report.head.seq, 'event')}, "
        f"{report.copied} of them written now, all read back.",
        Tone.GOOD,
    )
    yield Line(f"Head: {report.head.digest}")
    yield BLANK
    yield Line(
        "Only one of the two may go on. Name it in `state` of satops.yaml, have that merged before "
        "the next apply, and then take from every run the right to write to "
        f"{safe(report.source)}: an apply there would buy what the other has bought."
    )


def verify_blocks(report: VerifyReport) -> Iterator[Block]:
    """Yield whether the ledger is whole, or where it is broken."""
    if report.broken is not None:
        yield Line(f"The chain breaks at line {report.broken.line}:", Tone.ERROR)
        for text in safe_lines(report.broken.detail):
            tone = Tone.COMMAND if text.startswith(" ") else Tone.PLAIN
            yield Line(text.lstrip(), tone, indent=8 if tone is Tone.COMMAND else 4)
    for problem in report.problems:
        where = f"Line {problem.line}: " if problem.line else ""
        yield Line(f"{where}{safe(problem.detail)}", Tone.ERROR)
    if report.unterminated_bytes:
        count = counted(report.unterminated_bytes, "byte")
        yield Line(
            f"After the last line stand {count} of a write that was cut off. It was never "
            "acknowledged; the next append replaces it."
        )
    if report.sound:
        where = "" if report.anchored_at is None else f" The anchor is event {report.anchored_at}."
        yield Line(
            f"The ledger at {safe(report.address)} is whole: "
            f"{counted(report.events, 'event')}.{where}",
            Tone.GOOD,
        )
        if report.anchored_at != report.events:
            yield Line(
                "No line after it holds the last one: a change in it, or lines cut off after it, "
                "show only against a head that was noted elsewhere:"
            )
            yield Line("satops verify --head DIGEST", indent=4)
    else:
        events = counted(report.events, "event")
        seen = f"{events} before the first break" if report.broken else f"{events} in all"
        yield Line(
            f"The ledger at {safe(report.address)} is NOT whole: {seen}. Do not edit it. Get it "
            "back from a copy.",
            Tone.ERROR,
        )
    yield Line(f"Head: {report.head.digest}")


def doctor_blocks(report: DoctorReport) -> Iterator[Block]:
    """Yield each note, then whether an apply may be tried."""
    for note in report.notes:
        lines = note.detail.split("\n")
        yield Line(
            f"{note.verdict.upper():8} {note.subject}: {safe(lines[0])}",
            _TONES[note.verdict],
        )
        yield from (Line(safe(line.strip()), Tone.COMMAND, indent=9) for line in lines[1:])
    wrong = [note for note in report.notes if note.verdict is Verdict.WRONG]
    if wrong:
        subjects = ", ".join(dict.fromkeys(note.subject for note in wrong))
        yield Line(f"Not ready. First mend: {subjects}.", Tone.ERROR)
    else:
        yield Line("Ready.", Tone.GOOD)
