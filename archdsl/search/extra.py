"""What a search needs that other commands do not: the packages of the extra `search`."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from archdsl.diagnostics import CompileError, error

_PACKAGES = ("optuna", "scipy", "numpy", "grpcio", "protobuf")
_OPTUNA = 5
_HELP = "pip install 'archdsl[search]'"


def require_extra() -> None:
    """Check for the packages without importing them, which takes a second.

    Raises:
        CompileError: one is missing, or Optuna is too old; the help says what installs them.
    """
    found = {name: _version(name) for name in _PACKAGES}
    missing = [name for name in _PACKAGES if not found[name]]
    if missing:
        raise CompileError([error("search", f"this needs {', '.join(missing)}", help=_HELP)])
    if int(found["optuna"].split(".")[0]) < _OPTUNA:
        message = f"Optuna must be {_OPTUNA}.0 or later, but this is {found['optuna']}"
        raise CompileError([error("search", message, help=_HELP)])


def _version(package: str) -> str:
    """The version that is installed; empty if there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
