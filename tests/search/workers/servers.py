"""Storages for tests: a journal, a proxy and PostgreSQL, each started where its test needs it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "not-to-be-shown"
_USER = "postgres"  # the server refuses to run as root


@contextmanager
def journal(folder: Path) -> Iterator[str]:
    yield str(folder / "shared.log")


@contextmanager
def proxy(folder: Path) -> Iterator[str]:
    """Optuna's proxy, before a database that one process alone uses."""
    pytest.importorskip("grpc")
    port = _free_port()
    serve = (
        "from optuna.storages import get_storage, run_grpc_proxy_server\n"
        f"storage = get_storage('sqlite:///{folder}/trials.db')\n"
        f"run_grpc_proxy_server(storage, host='localhost', port={port})\n"
    )
    server = subprocess.Popen([sys.executable, "-c", serve], stderr=subprocess.DEVNULL)
    try:
        yield f"grpc://localhost:{port}"
    finally:
        server.kill()
        server.wait()


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A server of its own in a new folder, which it owns."""
    pytest.importorskip("psycopg")
    programs = _programs()
    user = _USER if os.geteuid() == 0 else None
    home = Path(tempfile.mkdtemp(prefix="archdsl-postgresql-"))
    if user:
        shutil.chown(home, user)
    secret = folder / "password"
    secret.write_text(PASSWORD)
    port = _free_port()
    data = str(home / "data")

    def run(name: str, *options: str) -> None:
        command = [str(programs / name), "-D", data, *options]
        subprocess.run(command, user=user, cwd=home, check=True, capture_output=True)

    try:
        shutil.copy(secret, home / "password")
        (home / "password").chmod(0o644)
        run("initdb", "-A", "scram-sha-256", "-U", "tester", f"--pwfile={home}/password")
        options = f"-p {port} -k {home} -c listen_addresses=localhost -c fsync=off"
        run("pg_ctl", "-w", "-l", f"{home}/log", "-o", options, "start")
        try:
            yield f"postgresql://tester:{PASSWORD}@localhost:{port}/postgres"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs() -> Path:
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    pytest.skip("PostgreSQL is not installed")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port: int = probe.getsockname()[1]
        return port
