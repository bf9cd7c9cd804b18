"""Which requests are let in: those of the page itself, and nobody else's.

Any page in a browser can send requests to this machine, and any user of the machine can too. So the
address has a token that nobody can guess. A page elsewhere that has somehow read it is still
refused: by the host that it asked for, since a name of its own may lead here (DNS rebinding), and
by the origin that browsers send along with what a page does (CSRF).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from email.message import Message
from hmac import compare_digest
from http import HTTPStatus

HOST = "127.0.0.1"
"""The address that the server listens at: no other machine reaches it."""

_NAMES = (HOST, "localhost")


@dataclass(frozen=True)
class Refusal(Exception):
    """A request that is not answered: its status, and a line for whoever reads it."""

    status: HTTPStatus
    message: str


@dataclass(frozen=True)
class Gate:
    """What a request must have: the token in its path, and a host and an origin of this server."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def address(self) -> str:
        """The address of the page."""
        return f"http://{HOST}:{self.port}/{self.token}/"

    def let_in(self, path: str, headers: Message) -> str:
        """What the path of a request asks for, behind the token.

        Raises:
            Refusal: it is not from the page.
        """
        self._check_host(headers.get_all("Host", []))
        token, _, asked = path.partition("?")[0].removeprefix("/").partition("/")
        if not compare_digest(token.encode(), self.token.encode()):
            message = "the address must have the token that `archdsl studio` printed"
            raise Refusal(HTTPStatus.FORBIDDEN, message)
        self._check_origin(headers)
        return asked

    def _check_host(self, hosts: list[str]) -> None:
        # Port 80 is left out by browsers.
        known = {f"{name}:{self.port}" for name in _NAMES} | set(_NAMES if self.port == 80 else ())
        if len(hosts) != 1 or hosts[0].lower() not in known:
            message = f"the host must be {HOST}:{self.port}: no other name leads here"
            raise Refusal(HTTPStatus.MISDIRECTED_REQUEST, message)

    def _check_origin(self, headers: Message) -> None:
        own = {f"http://{name}:{self.port}" for name in _NAMES}
        # No header is a client that is no browser, and whoever starts one has the token.
        is_own = own.issuperset(headers.get_all("Origin", []))
        if not is_own or headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            message = "only the page of this studio may ask, and not one from elsewhere"
            raise Refusal(HTTPStatus.FORBIDDEN, message)
