"""A certificate for loopback that no authority has signed, made anew for each run of the tests."""

import ssl
import subprocess
from pathlib import Path

NAMES = "IP:127.0.0.1,DNS:marketplace.invalid"


def make_certificate(folder: Path) -> Path:
    """Return a PEM file with a key and a self-signed certificate for the names below."""
    key, certificate, both = (folder / name for name in ("key.pem", "cert.pem", "both.pem"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-subj", "/CN=127.0.0.1", "-addext", f"subjectAltName={NAMES}",
         "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both


def server_context(both: Path) -> ssl.SSLContext:
    """Return what a server needs to speak TLS with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context
