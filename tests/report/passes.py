"""Evidence for the reports: passes as simulations tell them, and simulations that tell none."""

from msgspec.structs import replace

from satops.core.plan.feasibility import Answer, Feasibility, ShownPass, Simulated
from satops.core.plan.plan import ActionKind, Plan
from tests.report.samples import action, plan, spec

SWATH = ((105.7, 20.9), (105.95, 20.9), (106.0, 21.2), (105.75, 21.2), (105.7, 20.9))
SEEN = ShownPass(
    result=4711,
    satellite="BC5",
    start="2031-03-05T03:19:26Z",
    written_start="2031-03-05 03:19:26",
    solar_time="10:22",
    orbit="descending",
    look="right",
    angle_deg=17.14,
    coverage="0.61",
    coverage_so_far="0.61",
    area_km2=None,
    swath=SWATH,
    row_sha256="d" * 64,
)
ODD = ShownPass(
    result=4712,
    satellite="",
    start=None,
    written_start="soon | <b>",
    solar_time=None,
    orbit="",
    look="forward",
    angle_deg=None,
    coverage="",
    coverage_so_far="61%",
    area_km2=12.5,
    swath=None,
    row_sha256="e" * 64,
)
NAMES = ("hanoi", "none", "failed", "running", "refused", "unread")
TOLD = (
    ("none", Answer.NONE, ""),
    ("failed", Answer.FAILED, "the marketplace gives no reason"),
    ("running", Answer.RUNNING, "waited 300 s; ask again with a longer --wait"),
    ("refused", Answer.REFUSED, "geometry must be a WKT or GeoJSON Polygon"),
    ("unread", Answer.UNREAD, "not asked for, since the one before failed"),
)


def evidence() -> Feasibility:
    """Return every answer that a simulation can end with."""
    digest = spec().order.digest
    other = replace(SEEN, result=4713, satellite="BC6", start="2031-03-06T03:07:19Z")
    orders = [Simulated("hanoi", digest, Answer.PASSES, "SIM_1", "", 1, (SEEN, other, ODD))]
    orders += [
        Simulated(name, digest, answer, f"SIM_{name}", message) for name, answer, message in TOLD
    ]
    return Feasibility("2031-02-01T06:00:00Z", "sandbox", tuple(orders))


def plan_with_evidence() -> Plan:
    """Return a plan of the same orders, and of one that no simulation was asked for."""
    made = plan(*(action(ActionKind.CREATE, name) for name in (*NAMES, "not-asked")))
    return replace(made, feasibility=evidence())
