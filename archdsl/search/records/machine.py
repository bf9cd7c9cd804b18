"""The machine that this process runs on, told apart from others without their help."""

from __future__ import annotations

import socket
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path


@cache
def machine() -> str:
    """Twelve digits: the same for all processes of a machine, or of a container."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/etc/machine-id").read_text().strip())
    return sha256("\n".join(parts).encode()).hexdigest()[:12]
