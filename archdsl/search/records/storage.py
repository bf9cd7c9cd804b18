"""Where trials are kept: a journal file, a database or a proxy, from what `--storage` says.

The text of a URL can hold a password. It is given to Optuna and to nothing else: what is printed or
kept is `shown`.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archdsl.diagnostics import CompileError, Diagnostic, error
from archdsl.search.records.damage import DAMAGES

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

JOURNAL = "journal.log"
"""The journal in the folder of a run, where `--storage` names no other storage."""

_DRIVERS = {
    "postgresql": ("psycopg", 'pip install "psycopg[binary]"'),
    "mysql": ("pymysql", "pip install pymysql"),
}
"""For each database, the driver that is taken where a URL names none."""

_TIMEOUT = 10
"""Seconds until a server counts as not there."""

_TRIES = 3
"""Several workers that start at once all make the tables of a database; one of them succeeds."""


@dataclass(frozen=True)
class Address:
    """A storage as it was asked for: a path, or a URL that may hold a password."""

    _text: str

    @classmethod
    def of(cls, text: str | None, run: Path) -> Address:
        """The address that a user gives; without one the journal of the run's folder."""
        return cls(str(run / JOURNAL) if text is None else text)

    @property
    def scheme(self) -> str:
        """`postgresql`, `mysql`, `grpc` and the like; empty for a path."""
        scheme, separator, _ = self._text.partition("://")
        return scheme.partition("+")[0].lower() if separator else ""

    @property
    def shown(self) -> str:
        """The address without user, password and options, fit to be printed and kept."""
        if not self.scheme:
            return self._text
        kind, separator, rest = self._text.partition("://")
        # Up to the last `@`: a password that was not quoted can hold `@`, `/` and `?`.
        return f"{kind}{separator}{rest.rpartition('@')[2].partition('?')[0]}"

    @property
    def is_public(self) -> bool:
        """Whether `shown` is all of it."""
        return self.shown == self._text

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"

    def open(self) -> BaseStorage:
        """The storage, reached.

        Raises:
            CompileError: it cannot be reached, or is none that several workers can share.
        """
        openers: dict[str, Callable[[str], BaseStorage]] = {
            "": _open_journal,
            "grpc": _open_proxy,
            "postgresql": _open_database,
            "mysql": _open_database,
        }
        if self.scheme == "sqlite":
            raise CompileError([_sqlite()])
        if self.scheme not in openers:
            raise CompileError([_unknown(self)])
        _quiet()
        try:
            return openers[self.scheme](self._text)
        except CompileError:
            raise
        except Exception as fault:  # each database has its own class of errors
            raise CompileError([self.told(fault)]) from None

    def told(self, fault: BaseException) -> Diagnostic:
        """The mistake of a storage that does not answer, or answers what it should not."""
        if isinstance(fault, DAMAGES):
            message = f"the storage {self.shown} is damaged: {_reason(fault)}"
            hint = "begin with another -o, and keep this one: what was trained is in its `trials`"
            return error("storage", message, help=hint)
        hint = "without --storage the trials are kept in a file in the folder of the run"
        message = f"the storage {self.shown} cannot be reached: {self._without_secrets(fault)}"
        return error("storage", message, help=hint)

    def _without_secrets(self, fault: BaseException) -> str:
        """What a storage says of a fault; only its kind, if it repeats what is not to be shown."""
        text = _reason(fault)
        hidden = self._text.partition("://")[2].rpartition("@")[0].partition(":")[2]
        return type(fault).__name__ if hidden and hidden in text else text


def _open_journal(text: str) -> BaseStorage:
    from optuna.storages import JournalStorage

    from archdsl.search.records.journal import Journal

    path = Path(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    return JournalStorage(Journal(path))


def _open_proxy(text: str) -> BaseStorage:
    _need("grpc", "pip install grpcio protobuf")
    from optuna.storages import GrpcStorageProxy

    parts = urlsplit(text)
    if not parts.hostname or not parts.port:
        raise ValueError("it must be grpc://HOST:PORT")
    proxy = GrpcStorageProxy(host=parts.hostname, port=parts.port)
    proxy.wait_server_ready(timeout=_TIMEOUT)
    return proxy


def _open_database(text: str) -> BaseStorage:
    scheme, _, rest = text.partition("://")
    if "+" not in scheme:
        driver, install = _DRIVERS[scheme.lower()]
        _need(driver, install)
        text = f"{scheme}+{driver}://{rest}"
    for left in reversed(range(_TRIES)):
        try:
            return _connected(text)
        except ImportError:
            raise
        except Exception:
            if not left:
                raise
            sleep(1)
    raise AssertionError


def _connected(url: str) -> BaseStorage:
    from optuna.storages import RDBStorage, get_storage

    options = {"pool_pre_ping": True, "connect_args": {"connect_timeout": _TIMEOUT}}
    # `get_storage` adds a cache, without which each look at the trials reads all of them.
    return get_storage(RDBStorage(url, engine_kwargs=options))


def _need(package: str, install: str) -> None:
    if find_spec(package) is None:
        message = f"this storage needs the package {package}, which is not installed"
        raise CompileError([error("install", message, help=install)])


def _quiet() -> None:
    """Optuna tells each trial and that some of it is experimental; the command tells what
    counts."""
    import optuna
    from optuna.exceptions import ExperimentalWarning

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    warnings.simplefilter("ignore", ExperimentalWarning)


def _reason(fault: BaseException) -> str:
    """The first line of what a storage says; its cause, where it wraps one."""
    while fault.__cause__ is not None:
        fault = fault.__cause__
    details = getattr(fault, "details", None)  # of gRPC, whose text has several lines
    text = str(details() if callable(details) else getattr(fault, "strerror", None) or fault)
    return next((line.strip() for line in text.splitlines() if line.strip()), type(fault).__name__)


def _sqlite() -> Diagnostic:
    """SQLite is refused for one worker too: the second one could not be told from the first."""
    message = "SQLite is no storage of a search: several workers lock each other out of it"
    hint = "without --storage the trials are kept in a file that any number of workers can share"
    return error("storage", message, help=hint)


def _unknown(address: Address) -> Diagnostic:
    message = f"there is no storage of the kind `{address.scheme}`"
    known = "a path, postgresql://..., mysql://... or grpc://HOST:PORT"
    return error("storage", message, help=f"write {known}")
