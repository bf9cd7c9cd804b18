"""The files of the page, as they ship with archdsl, and the headers of everything that is sent.

The page is built from `editors/studio` and needs nothing else: no file of it comes from elsewhere,
and its policy lets it ask nobody but this server.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from archdsl.resources import folder

_FILES = {
    "": ("index.html", "text/html; charset=utf-8"),
    "studio.js": ("studio.js", "text/javascript; charset=utf-8"),
    "studio.css": ("studio.css", "text/css; charset=utf-8"),
    "licences.txt": ("licences.txt", "text/plain; charset=utf-8"),
}

_NONCE = "{{nonce}}"
"""Where the page has the word by which the editor may add its styles."""

_ALWAYS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",  # the address has the token
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True)
class Sent:
    """What is sent: its kind and its bytes; the headers follow from these."""

    kind: str
    content: bytes
    nonce: str = ""

    @property
    def headers(self) -> Mapping[str, str]:
        return {**_ALWAYS, "Content-Security-Policy": _policy(self.nonce)}


def page_file(asked: str) -> Sent | None:
    """A file of the page by its name in the address; None where there is none."""
    if asked not in _FILES:
        return None
    name, kind = _FILES[asked]
    content = (folder("studio") / "page" / name).read_bytes()
    if asked:
        return Sent(kind, content)
    nonce = secrets.token_urlsafe(16)
    return Sent(kind, content.replace(_NONCE.encode(), nonce.encode()), nonce)


def _policy(nonce: str) -> str:
    """Scripts and styles of this server alone, no other requests, in no frame of another page."""
    styles = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    return (
        f"default-src 'none'; script-src 'self'; style-src {styles}; connect-src 'self';"
        " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
