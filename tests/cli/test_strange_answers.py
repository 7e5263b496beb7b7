"""What apply tells of an answer that is no marketplace's: a login page, a redirect."""

from satops.errors import ExitCode
from tests.cli.conftest import Satops

PORTAL = "<html><title>Guest Wi-Fi: please log in</title><body>Accept the terms</body></html>"


def applied(satops: Satops, **fault: object) -> str:
    """Apply while one answer is strange, and return the text of the report."""
    for name in ("da-nang-port", "mekong-flood"):
        (satops.root / f"orders/{name}.yaml").unlink()
    ran = satops("apply", "--yes", environ=satops.faults({"count": 1, **fault}))
    assert ran.code == ExitCode.IN_DOUBT
    assert satops("reconcile").code == ExitCode.IN_DOUBT
    assert "is in doubt" not in satops("plan").out
    return ran.out


def test_a_login_page_in_the_way_is_told_in_one_line(satops: Satops) -> None:
    text = applied(satops, kind="status", status=200, body=PORTAL, store="never")
    assert (
        ": The answer is not the marketplace's JSON. It says: Guest Wi-Fi: please log in Accept "
        "the terms\n"
    ) in text


def test_where_a_redirect_leads_is_told(satops: Satops) -> None:
    text = applied(satops, kind="redirect", status=301, location="https://login.example/create")
    assert (
        ": The marketplace redirects; satops does not follow. It leads to "
        "https://login.example/create\n"
    ) in text
