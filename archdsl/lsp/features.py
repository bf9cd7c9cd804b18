"""What an editor can ask and tell, one function for each method of the protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from archdsl.analysis.names.renaming import Refused
from archdsl.lsp import editing, hovering, numbers, outlining
from archdsl.lsp.colours import LEGEND
from archdsl.lsp.server import ArchServer

_TRIGGERS = [".", ">"]
"""Characters after which an editor asks for completions unasked.

No others: an editor takes what it offers when the line ends, and a row ends with a bar.
"""


class _Failed(JsonRpcException):
    """A request that cannot be done, with a reason for whoever asked."""

    CODE = types.LSPErrorCodes.RequestFailed.value


def make_server() -> ArchServer:
    """A server that answers to all methods below."""
    server = ArchServer()
    for method, (handler, options) in _FEATURES.items():
        server.feature(method, options)(handler)
    server.command(numbers.SHOW)(_show_numbers)
    return server


# What it is told


def _initialize(ls: ArchServer, params: types.InitializeParams) -> None:
    ls.begin()


def _initialized(ls: ArchServer, params: types.InitializedParams) -> None:
    can = ls.client_capabilities.workspace
    watched = can.did_change_watched_files if can is not None else None
    if watched is None or not watched.dynamic_registration:
        return
    options = types.DidChangeWatchedFilesRegistrationOptions(
        watchers=[types.FileSystemWatcher(glob_pattern="**/*.arch")]
    )
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    registration = types.Registration(id=method, method=method, register_options=options)
    ls.client_register_capability(types.RegistrationParams([registration]))


def _opened(ls: ArchServer, params: types.DidOpenTextDocumentParams) -> None:
    item = params.text_document
    ls.note(item.uri, item.version, item.text)


def _changed(ls: ArchServer, params: types.DidChangeTextDocumentParams) -> None:
    item = params.text_document
    text = ls.workspace.get_text_document(item.uri).source
    ls.note(item.uri, item.version, text)


def _closed(ls: ArchServer, params: types.DidCloseTextDocumentParams) -> None:
    ls.forget(params.text_document.uri)


def _files_changed(ls: ArchServer, params: object) -> None:
    ls.note_files()


# What it is asked


async def _hover(ls: ArchServer, params: types.HoverParams) -> types.Hover | None:
    document = await ls.ready(params.text_document.uri)
    return hovering.hover(document, ls.documents, params.position) if document else None


def _completion(ls: ArchServer, params: types.CompletionParams) -> types.CompletionList | None:
    document = ls.document(params.text_document.uri)
    return ls.completions.at(document, ls.documents, params.position) if document else None


def _resolve(ls: ArchServer, item: types.CompletionItem) -> types.CompletionItem:
    return ls.completions.resolved(item)


async def _definition(
    ls: ArchServer, params: types.DefinitionParams
) -> list[types.Location] | None:
    document = await ls.ready(params.text_document.uri)
    return ls.navigator(document).definitions(params.position) if document else None


async def _references(ls: ArchServer, params: types.ReferenceParams) -> list[types.Location] | None:
    document = await ls.ready(params.text_document.uri)
    if document is None:
        return None
    wanted = params.context.include_declaration
    return ls.navigator(document).references(params.position, definition=wanted)


async def _highlights(
    ls: ArchServer, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight] | None:
    document = await ls.ready(params.text_document.uri)
    return ls.navigator(document).highlights(params.position) if document else None


async def _prepare_rename(
    ls: ArchServer, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder | None:
    document = await ls.ready(params.text_document.uri)
    try:
        return ls.navigator(document).prepare_rename(params.position) if document else None
    except Refused as reason:
        raise _Failed(str(reason)) from None


async def _rename(ls: ArchServer, params: types.RenameParams) -> types.WorkspaceEdit | None:
    document = await ls.ready(params.text_document.uri)
    try:
        return ls.navigator(document).rename(params.position, params.new_name) if document else None
    except Refused as reason:
        raise _Failed(str(reason)) from None


def _formatting(
    ls: ArchServer, params: types.DocumentFormattingParams
) -> list[types.TextEdit] | None:
    document = ls.document(params.text_document.uri)
    return editing.formatting(document) if document else None


async def _symbols(
    ls: ArchServer, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | None:
    document = await ls.ready(params.text_document.uri)
    return outlining.symbols(document, ls.documents) if document else None


async def _tokens(
    ls: ArchServer, params: types.SemanticTokensParams
) -> types.SemanticTokens | None:
    document = await ls.ready(params.text_document.uri)
    return ls.colours.full(document, ls.documents) if document else None


async def _tokens_since(
    ls: ArchServer, params: types.SemanticTokensDeltaParams
) -> types.SemanticTokens | types.SemanticTokensDelta | None:
    document = await ls.ready(params.text_document.uri)
    last = params.previous_result_id
    return ls.colours.since(document, ls.documents, last) if document else None


async def _hints(ls: ArchServer, params: types.InlayHintParams) -> list[types.InlayHint] | None:
    document = await ls.ready(params.text_document.uri)
    if document is None:
        return None
    return numbers.inlay_hints(document, ls.documents, ls.choices, params.range)


async def _lenses(ls: ArchServer, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    document = await ls.ready(params.text_document.uri)
    if document is None:
        return None
    return [*numbers.code_lenses(document, ls.documents, ls.choices)]


async def _actions(ls: ArchServer, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    document = await ls.ready(params.text_document.uri)
    if document is None:
        return None
    mistakes = ls.publisher.of(document.uri)
    fixes = editing.quick_fixes(document, mistakes, params.range)
    shows = numbers.actions(document, ls.documents, ls.choices, params.range)
    only = params.context.only
    return [each for each in (*fixes, *shows) if only is None or each.kind in only]


def _show_numbers(ls: ArchServer, uri: str, network: str) -> None:
    ls.show_numbers(uri, network)


_Handler = Callable[..., Any]

_FEATURES: dict[str, tuple[_Handler, Any]] = {
    types.INITIALIZE: (_initialize, None),
    types.INITIALIZED: (_initialized, None),
    types.TEXT_DOCUMENT_DID_OPEN: (_opened, None),
    types.TEXT_DOCUMENT_DID_CHANGE: (_changed, None),
    types.TEXT_DOCUMENT_DID_CLOSE: (_closed, None),
    types.TEXT_DOCUMENT_DID_SAVE: (_files_changed, None),
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: (_files_changed, None),
    types.TEXT_DOCUMENT_HOVER: (_hover, None),
    types.TEXT_DOCUMENT_COMPLETION: (
        _completion,
        types.CompletionOptions(trigger_characters=_TRIGGERS, resolve_provider=True),
    ),
    types.COMPLETION_ITEM_RESOLVE: (_resolve, None),
    types.TEXT_DOCUMENT_DEFINITION: (_definition, None),
    types.TEXT_DOCUMENT_REFERENCES: (_references, None),
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: (_highlights, None),
    types.TEXT_DOCUMENT_PREPARE_RENAME: (_prepare_rename, None),
    types.TEXT_DOCUMENT_RENAME: (_rename, types.RenameOptions(prepare_provider=True)),
    types.TEXT_DOCUMENT_FORMATTING: (_formatting, None),
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (_symbols, None),
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: (_tokens, LEGEND),
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA: (_tokens_since, LEGEND),
    types.TEXT_DOCUMENT_INLAY_HINT: (_hints, None),
    types.TEXT_DOCUMENT_CODE_LENS: (_lenses, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (
        _actions,
        types.CodeActionOptions(
            code_action_kinds=[types.CodeActionKind.QuickFix, types.CodeActionKind.Refactor]
        ),
    ),
}
"""Every method with its handler, and what an editor must know of it."""
