"""The kinds of symbols, as the protocol calls them."""

from __future__ import annotations

from lsprotocol.types import CompletionItemKind, SymbolKind

from archdsl.analysis.names.symbol import Kind

IN_OUTLINE = {
    Kind.FILE: SymbolKind.File,
    Kind.BLOCK: SymbolKind.Function,
    Kind.CELL: SymbolKind.Function,
    Kind.NETWORK: SymbolKind.Class,
    Kind.RECIPE: SymbolKind.Struct,
    Kind.SEARCH: SymbolKind.Struct,
    Kind.PARAMETER: SymbolKind.Variable,
    Kind.INPUT: SymbolKind.Interface,
    Kind.STAGE: SymbolKind.Array,
    Kind.VARIABLE: SymbolKind.Field,
    Kind.SETTING: SymbolKind.Property,
    Kind.METRIC: SymbolKind.Event,
}

IN_COMPLETION = {
    Kind.FILE: CompletionItemKind.Module,
    Kind.BLOCK: CompletionItemKind.Function,
    Kind.CELL: CompletionItemKind.Function,
    Kind.NETWORK: CompletionItemKind.Class,
    Kind.RECIPE: CompletionItemKind.Struct,
    Kind.SEARCH: CompletionItemKind.Struct,
    Kind.PARAMETER: CompletionItemKind.Field,
    Kind.INPUT: CompletionItemKind.Variable,
    Kind.VARIABLE: CompletionItemKind.Variable,
    Kind.TABLE: CompletionItemKind.Field,
    Kind.COLUMN: CompletionItemKind.Field,
    Kind.STAGE: CompletionItemKind.Reference,
    Kind.OPERATION: CompletionItemKind.Method,
    Kind.FUNCTION: CompletionItemKind.Operator,
    Kind.TRANSFORM: CompletionItemKind.Event,
    Kind.SETTING: CompletionItemKind.Property,
    Kind.METHOD: CompletionItemKind.EnumMember,
    Kind.OPTION: CompletionItemKind.Field,
    Kind.METRIC: CompletionItemKind.Property,
    Kind.SIZE: CompletionItemKind.Property,
    Kind.RUNNING: CompletionItemKind.Variable,
    Kind.WORD: CompletionItemKind.Keyword,
}
