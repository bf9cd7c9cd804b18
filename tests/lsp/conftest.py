"""An editor that talks to `archdsl lsp` in a process of its own, as pytest-lsp plays it.

All tests of a session have one server: to start one takes longer than most tests. A test has
documents of its own, in a folder of its own.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from tests.lsp.editor import ASKED, Editor

_COMMAND = [sys.executable, "-m", "archdsl", "lsp"]

pytestmark = pytest.mark.asyncio(loop_scope="session")


_ASKED = (
    types.CLIENT_REGISTER_CAPABILITY,
    types.WORKSPACE_INLAY_HINT_REFRESH,
    types.WORKSPACE_CODE_LENS_REFRESH,
)
"""What the server asks of an editor."""


def _capabilities() -> types.ClientCapabilities:
    """What Neovim can do, and lenses that are asked for anew; positions are those of UTF-16."""
    capabilities = client_capabilities("neovim@v0.11")
    capabilities.general = None
    assert capabilities.workspace is not None
    capabilities.workspace.code_lens = types.CodeLensWorkspaceClientCapabilities(True)
    return capabilities


def _noted(method: str) -> Callable[..., object]:
    def answer(*_: object) -> None:
        ASKED.append(method)

    return answer


@pytest_lsp.fixture(scope="session", config=ClientServerConfig(server_command=_COMMAND))
async def client(
    lsp_client: LanguageClient, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[None]:
    for method in _ASKED:
        lsp_client.feature(method)(_noted(method))
    root = tmp_path_factory.mktemp("project").as_uri()
    await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=_capabilities(),
            workspace_folders=[types.WorkspaceFolder(root, "project")],
        )
    )
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(client: LanguageClient, tmp_path: Path) -> Editor:
    return Editor(client, tmp_path)
