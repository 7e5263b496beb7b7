"""Fixtures of the adapters' tests."""

import pytest

_OUTSIDE = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxy_and_no_authorities_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no setting of the machine decide how tests reach loopback."""
    for variable in _OUTSIDE:
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.lower(), raising=False)
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(variable, raising=False)
