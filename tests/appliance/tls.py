"""Certificates that are valid, and that are not: made by ``openssl``."""

import socket
import ssl
import subprocess
from enum import StrEnum
from pathlib import Path

from tests.appliance.relay import Receive

_CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_YEARS = ("-days", "3650")


class Certificate(StrEnum):
    """A certificate that the register shows."""

    VALID = "valid"
    EXPIRED = "expired"
    UNTRUSTED = "untrusted"
    ANOTHERS = "another's"


class Authority:
    """An authority that certifies one address, and whatever else is wrong with its certificates."""

    def __init__(self, folder: Path, address: str) -> None:
        """Make its own certificate, in the folder."""
        self._folder, self._address = folder, address
        folder.mkdir(exist_ok=True)
        self.root = self._own("trusted")
        self._stranger = self._own("stranger")

    def receive(self, certificate: Certificate) -> Receive:
        """Return how a server with a certificate of this kind receives a connection."""
        issuer = self._stranger if certificate is Certificate.UNTRUSTED else self.root
        address = "192.0.2.1" if certificate is Certificate.ANOTHERS else self._address
        made, key = self._folder / f"{certificate}.pem", self._folder / f"{certificate}.key"
        asked, names = self._folder / "asked.csr", self._folder / "names"
        self._openssl("req", *_CURVE, "-keyout", key, "-out", asked, "-subj", "/CN=register")
        names.write_text(f"subjectAltName=IP:{address}\n")
        days = ("-days", "-1") if certificate is Certificate.EXPIRED else _YEARS
        issued = ("-CA", issuer, "-CAkey", issuer.with_suffix(".key"), "-CAcreateserial")
        self._openssl("x509", "-req", "-in", asked, "-out", made, *issued, *days, "-extfile", names)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made, key)

        def wrap(channel: socket.socket) -> socket.socket:
            return context.wrap_socket(channel, server_side=True)

        return wrap

    def _own(self, name: str) -> Path:
        made = self._folder / f"{name}.pem"
        key = made.with_suffix(".key")
        self._openssl(
            "req", "-x509", *_CURVE, *_YEARS, "-keyout", key, "-out", made, "-subj", f"/CN={name}"
        )
        return made

    def _openssl(self, *arguments: str | Path) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)
