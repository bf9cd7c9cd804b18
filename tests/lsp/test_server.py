"""What an editor is told and what it gets, over the protocol itself."""

from __future__ import annotations

import asyncio
import os

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient

from tests.lsp.editor import ASKED, Editor, Text

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNIT = '''\
"""Unit: a convolution, a norm and a ReLU."""
block unit(x, channels, stride = 1) {
  return x -> conv(channels, kernel = 3, stride) -> batch_norm -> relu
}
'''
FIRST = f"""\
{UNIT}
network first(classes = 8) {{
  input video: 3 x 8 x 64^2

  table {{
    | block | channels | number | stride    |
    |-------|----------|--------|-----------|
    | unit  | 16       | 1      | (1, 2, 2) |
    | unit  | 32       | 2      | 2         |
  }}
  return in -> adaptive_avg_pool -> flatten -> linear(classes)
}}
"""
WIDE = """\
use first

network wide = first + widen(2)

claim wide {
  params 1
}
"""
EVERYWHERE = types.Range(types.Position(0, 0), types.Position(1_000_000, 0))


async def hints(text: Text, within: types.Range = EVERYWHERE) -> list[types.InlayHint]:
    params = types.InlayHintParams(text.item, within)
    return [*(await text.client.text_document_inlay_hint_async(params) or [])]


async def lenses(text: Text) -> list[str]:
    params = types.CodeLensParams(text.item)
    found = await text.client.text_document_code_lens_async(params)
    return [lens.command.title for lens in found or [] if lens.command]


async def hover(text: Text, position: types.Position) -> str:
    found = await text.client.text_document_hover_async(types.HoverParams(text.item, position))
    assert found is None or isinstance(found.contents, types.MarkupContent)
    return found.contents.value if found else ""


async def labels(text: Text, position: types.Position) -> list[str]:
    params = types.CompletionParams(text.item, position)
    found = await text.client.text_document_completion_async(params)
    items = found.items if isinstance(found, types.CompletionList) else found or []
    return [item.label for item in sorted(items, key=lambda item: item.sort_text or "")]


# Mistakes


async def test_mistake_is_shown_while_somebody_types(editor: Editor) -> None:
    text = editor.open("first.arch", FIRST)
    assert await text.diagnostics() == []
    text.change(FIRST.replace("flatten", "flat"))
    (mistake,) = await text.diagnostics()
    assert text.shown(mistake.range) == "flat"
    assert (mistake.code, mistake.source) == ("name", "archdsl")
    assert mistake.message == "`flat` is not defined\nhelp: did you mean `flatten`?"
    text.change(FIRST)
    assert await text.diagnostics() == []


async def test_quick_fix_writes_what_is_meant(editor: Editor) -> None:
    text = editor.open("first.arch", FIRST.replace("flatten", "flat").replace("relu", "rellu"))
    assert len(await text.diagnostics()) == 2
    params = types.CodeActionParams(
        text.item, types.Range(text.at("flat"), text.at("flat")), types.CodeActionContext([])
    )
    one, every = await text.client.text_document_code_action_async(params) or []
    assert isinstance(one, types.CodeAction)
    assert isinstance(every, types.CodeAction)
    assert (one.title, every.title) == (
        "Change to `flatten`",
        "Change all 2 names to what is meant",
    )
    assert every.edit is not None
    assert applied(text, (every.edit.changes or {})[text.uri]) == FIRST


def applied(text: Text, edits: list[types.TextEdit] | object) -> str:
    """The text with edits, which an editor applies from the last one to the first."""
    assert isinstance(edits, list | tuple)
    changed = text.text
    for edit in sorted(edits, key=lambda each: each.range.start, reverse=True):
        words = Text(text.client, text.path, changed)
        start = offset(words, edit.range.start)
        changed = changed[:start] + edit.new_text + changed[offset(words, edit.range.end) :]
    return changed


def offset(text: Text, position: types.Position) -> int:
    lines = text.text.split("\n")
    before = sum(len(line) + 1 for line in lines[: position.line])
    units = lines[position.line].encode("utf-16-le")[: 2 * position.character]
    return before + len(units.decode("utf-16-le"))


async def test_mistake_in_a_used_file_is_shown_there(editor: Editor) -> None:
    editor.save("first.arch", FIRST.replace("relu", "rellu"))
    text = editor.open("wide.arch", WIDE)
    await text.diagnostics()
    (mistake,) = editor.client.diagnostics[(editor.folder / "first.arch").as_uri()]
    assert "`rellu` is not defined" in mistake.message
    text.close()
    await asyncio.sleep(0.1)
    assert not editor.client.diagnostics[(editor.folder / "first.arch").as_uri()]


async def test_claims_are_judged_after_a_pause(editor: Editor) -> None:
    editor.save("first.arch", FIRST)
    text = editor.open("wide.arch", WIDE)
    assert await text.diagnostics() == []
    for _ in range(300):
        if text.client.diagnostics.get(text.uri):
            break
        await asyncio.sleep(0.1)
    (mistake,) = text.client.diagnostics[text.uri]
    assert mistake.code == "claim"
    assert text.shown(mistake.range) == "1"
    assert "1 claim: 1 not met" in await lenses(text)
    # A key above it moves the mistake, and does not remove it.
    text.change("# a comment\n" + WIDE)
    (moved,) = await text.diagnostics()
    assert moved.range.start.line == mistake.range.start.line + 1


# Numbers


async def test_rows_show_shapes_and_costs(editor: Editor) -> None:
    text = editor.open("first.arch", FIRST)
    first, second, last = await hints(text)
    assert isinstance(first.label, str)
    assert first.label.replace("\xa0", " ").split("   ") == [
        "16 x 8 x 32^2",
        "10.62 M MACs",
        "1.33 k params",
    ]
    assert first.position == text.at("\n    | unit  | 32")
    assert str(second.label).startswith("32\xa0x\xa04\xa0x\xa016^2")
    assert str(last.label).startswith("8\xa0")
    row = types.Range(first.position, first.position)
    assert len(await hints(text, row)) == 1
    (total,) = await lenses(text)
    assert total == "43.19 k params, 53.08 M MACs at video 3 x 8 x 64^2"


async def test_numbers_stay_while_a_row_is_typed(editor: Editor) -> None:
    text = editor.open("first.arch", FIRST)
    before = await hints(text)
    text.change(FIRST.replace("| 32  ", "| (   "))
    after = await hints(text)
    assert [each.label for each in after] == [before[0].label, before[2].label]


async def test_reader_chooses_whose_numbers_rows_show(editor: Editor) -> None:
    first = editor.open("first.arch", FIRST)
    wide = editor.open("wide.arch", WIDE)
    own = [each.label for each in await hints(first)]
    _, show = await lenses(wide)
    assert show == "show its numbers at the rows of first"
    await command(editor.client, wide.uri, "wide")
    assert str((await hints(first))[0].label).startswith("32\xa0x\xa08")
    assert "the rows show wide: show first again" in await lenses(first)
    # What is known of `wide` is older than this text, and keeps its rows.
    first.change(f"# a line above\n{FIRST}")
    assert (await hints(first))[0].position == first.at("\n    | unit  | 32")
    await command(editor.client, first.uri, "first")
    assert [each.label for each in await hints(first)] == own
    assert types.WORKSPACE_INLAY_HINT_REFRESH in ASKED


async def command(client: LanguageClient, *arguments: object) -> None:
    params = types.ExecuteCommandParams("archdsl.showNumbers", [*arguments])
    await client.workspace_execute_command_async(params)


# Names


async def test_hover_says_what_a_name_is_and_has(editor: Editor) -> None:
    text = editor.open("first.arch", FIRST)
    assert "`channels` is the number of filters" in await hover(text, text.at("conv(", 1))
    assert "Unit: a convolution" in await hover(text, text.at("| unit ", 3))
    channels = await hover(text, text.at("channels, kernel"))
    assert "parameter of block `unit`" in channels
    assert "`first`: 3 uses; 16, 32" in channels
    assert "16 x 8 x 32^2; 1.33 k parameters, 10.62 M MACs (20.0 %)" in await hover(
        text, text.at("16   ")
    )


async def test_hover_shows_the_text_of_a_spec_as_it_is_written(editor: Editor) -> None:
    doc = '"""![](http://example.org/x.png) <b>bold</b> [a](command:b) `a < b`"""\n'
    text = editor.open("first.arch", doc + FIRST.split("\n", 1)[1])
    said = await hover(text, text.at("unit(x"))
    assert r"\!\[\](http⁠://example.org/x.png) \<b\>bold\</b\> \[a\](command:b) `a < b`" in said


async def test_completion_in_a_text_that_does_not_parse(editor: Editor) -> None:
    text = editor.open("first.arch", FIRST)
    draft = FIRST + "\nblock more(x, width) {\n  y = x -> unit(width, str"
    text.change(draft)
    end = text.position(len(draft))
    assert (await labels(text, end))[:2] == ["channels", "stride"]
    found = await text.client.text_document_completion_async(types.CompletionParams(text.item, end))
    assert isinstance(found, types.CompletionList)
    item = next(each for each in found.items if each.label == "stride")
    assert isinstance(item.text_edit, types.TextEdit)
    assert text.shown(item.text_edit.range) == "str"
    resolved = await text.client.completion_item_resolve_async(item)
    assert isinstance(resolved.documentation, types.MarkupContent)
    assert "stride = 1" in resolved.documentation.value


async def test_definition_and_references_cross_files(editor: Editor) -> None:
    first = editor.open("first.arch", FIRST)  # it is on no disk
    wide = editor.open("wide.arch", WIDE)
    params = types.DefinitionParams(wide.item, wide.at("first + "))
    (place,) = await wide.client.text_document_definition_async(params) or []
    assert isinstance(place, types.Location)
    assert (place.uri, place.range.start) == (first.uri, first.at("first("))
    found = await first.client.text_document_references_async(
        types.ReferenceParams(
            types.ReferenceContext(include_declaration=False), first.item, first.at("first(")
        )
    )
    assert [(each.uri, each.range.start) for each in found or []] == [
        (wide.uri, wide.at("first + "))
    ]
    library = editor.open("glore.arch", "use glore\nnetwork a() { input x: 8 x 4^2; x -> glore }")
    params = types.DefinitionParams(library.item, library.at("-> glore", 3))
    (place,) = await library.client.text_document_definition_async(params) or []
    assert isinstance(place, types.Location)
    assert place.uri.endswith("library/glore.arch")


async def test_rename_changes_all_files_and_nothing_else(editor: Editor) -> None:
    first = editor.open("first.arch", FIRST)
    wide = editor.open("wide.arch", WIDE)
    edits = await rename(first, first.at("first("), "base")
    assert applied(first, edits[first.uri]) == FIRST.replace("network first", "network base")
    assert applied(wide, edits[wide.uri]) == WIDE.replace("= first", "= base")
    # `stride` in a call is short for `stride = stride`, of which one is renamed.
    edits = await rename(first, first.at("stride = 1"), "step")
    with pytest.raises(JsonRpcException, match="`classes` by its name"):
        await rename(first, first.at("classes = 8"), "labels")
    with pytest.raises(JsonRpcException, match="`conv` is a name of the language"):
        await rename(first, first.at("conv("), "convolution")
    with pytest.raises(JsonRpcException, match="`relu` is already an operation"):
        await rename(first, first.at("unit(x"), "relu")
    assert "kernel = 3, stride = step)" in applied(first, edits[first.uri])
    wide.change(WIDE + "network (")
    with pytest.raises(JsonRpcException, match=r"wide\.arch has mistakes of syntax"):
        await rename(first, first.at("first("), "base")
    assert "| step " in applied(first, edits[first.uri])


async def rename(text: Text, position: types.Position, new: str) -> dict[str, list[types.TextEdit]]:
    params = types.RenameParams(text.item, position, new)
    found = await text.client.text_document_rename_async(params)
    return {uri: [*edits] for uri, edits in ((found and found.changes) or {}).items()}


# Layout, outline, colours


async def test_formatting_changes_the_lines_that_differ(editor: Editor) -> None:
    text = editor.open("first.arch", FIRST.replace("| 16       |", "| 16 |"))
    params = types.DocumentFormattingParams(text.item, types.FormattingOptions(2, True))
    edits = await text.client.text_document_formatting_async(params) or []
    assert applied(text, edits) == FIRST
    assert len(edits) == 1
    text.change("block (")
    assert not await text.client.text_document_formatting_async(params)


async def test_outline_of_a_text_and_of_a_draft(editor: Editor) -> None:
    text = editor.open("first.arch", FIRST)
    params = types.DocumentSymbolParams(text.item)
    unit, first = await text.client.text_document_document_symbol_async(params) or []
    assert isinstance(first, types.DocumentSymbol)
    assert (unit.name, first.name) == ("unit", "first")
    assert [each.name for each in first.children or []] == ["classes", "video", "stage1"]
    text.change(FIRST + "network later(")
    found = await text.client.text_document_document_symbol_async(params) or []
    assert [each.name for each in found] == ["unit", "first", "later"]


async def test_colours_come_whole_and_then_by_what_has_changed(editor: Editor) -> None:
    text = editor.open("first.arch", FIRST)
    params = types.SemanticTokensParams(text.item)
    whole = await text.client.text_document_semantic_tokens_full_async(params)
    assert whole is not None
    data = [*whole.data]
    text.change(FIRST.replace("| 32 ", "| 48 ").replace("classes = 8", "classes = 80"))
    delta = await text.client.text_document_semantic_tokens_full_delta_async(
        types.SemanticTokensDeltaParams(text.item, whole.result_id or "")
    )
    assert isinstance(delta, types.SemanticTokensDelta)
    (edit,) = delta.edits
    data[edit.start : edit.start + edit.delete_count] = edit.data or []
    again = await text.client.text_document_semantic_tokens_full_async(params)
    assert again is not None
    assert data == [*again.data]


# What an editor may do as well


async def test_positions_count_units_of_utf_16(editor: Editor) -> None:
    claim = 'claim first { note "\U0001f600\U0001f600"; macs +1 on first }\n'
    text = editor.open("first.arch", FIRST + claim)
    params = types.DocumentHighlightParams(text.item, text.at("on first", 4))
    found = await text.client.text_document_document_highlight_async(params) or []
    assert [text.shown(each.range) for each in found] == ["first", "first", "first"]


async def test_only_line_breaks_end_lines(editor: Editor) -> None:
    """Python's `splitlines` would count two more here."""
    text = editor.open("first.arch", "# \u2028 \x0c \x85\n" + FIRST.replace("flatten", "flat"))
    (mistake,) = await text.diagnostics()
    assert text.shown(mistake.range) == "flat"


async def test_lines_may_end_with_two_characters(editor: Editor) -> None:
    text = editor.open("first.arch", FIRST.replace("flatten", "flat").replace("\n", "\r\n"))
    (mistake,) = await text.diagnostics()
    assert text.shown(mistake.range) == "flat"
    params = types.DocumentFormattingParams(text.item, types.FormattingOptions(2, True))
    edits = await text.client.text_document_formatting_async(params) or []
    assert applied(text, edits) == FIRST.replace("flatten", "flat")


async def test_positions_outside_of_the_text_are_moved_into_it(editor: Editor) -> None:
    text = editor.open("first.arch", FIRST)
    for position in (types.Position(10_000, 3), types.Position(2, 10_000)):
        await hover(text, position)
        await labels(text, position)
        assert await rename(text, types.Position(10_000, 0), "a") == {}
    params = types.DefinitionParams(text.item, types.Position(10_000, 10_000))
    assert not await text.client.text_document_definition_async(params)


async def test_what_is_not_open_has_no_answers(editor: Editor) -> None:
    text = Text(editor.client, editor.folder / "never.arch", FIRST)
    assert await hover(text, types.Position(0, 0)) == ""
    assert await hints(text) == []
    text.open().close()
    assert await hints(text) == []


async def test_unknown_command_and_network_are_said(editor: Editor) -> None:
    text = editor.open("first.arch", FIRST)
    params = types.ExecuteCommandParams("archdsl.explode", [])
    with pytest.raises(JsonRpcException, match=r"archdsl\.explode"):
        await text.client.workspace_execute_command_async(params)
    with pytest.raises(JsonRpcException):
        await command(text.client, text.uri)
    before = len(text.client.messages)
    await command(text.client, text.uri, "second")
    assert text.client.messages[before].message == "no network is called `second` in first.arch"


async def test_file_that_is_deleted_while_open_lives_in_the_editor(editor: Editor) -> None:
    path = editor.save("first.arch", FIRST)
    text = editor.open("first.arch", FIRST)
    path.unlink()
    changed = types.DidChangeWatchedFilesParams(
        [types.FileEvent(text.uri, types.FileChangeType.Deleted)]
    )
    text.client.workspace_did_change_watched_files(changed)
    assert await text.diagnostics() == []
    assert len(await hints(text)) == 3
    user = editor.open("wide.arch", WIDE)
    assert await user.diagnostics() == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "a spec must be UTF-8 text"),
        (b" " * (8 * 2**20 + 1), "a spec can have at most 8 MiB"),
    ],
    ids=["no UTF-8", "too large"],
)
async def test_used_file_that_cannot_be_read_is_said(
    editor: Editor, content: bytes, message: str
) -> None:
    (editor.folder / "first.arch").write_bytes(content)
    text = editor.open("wide.arch", WIDE)
    found = await text.diagnostics()
    assert [each for each in found if message in each.message]


async def test_text_that_is_too_large_is_said_and_the_server_lives(editor: Editor) -> None:
    text = editor.open("first.arch", "#" + "\n#" * (5 * 2**20))
    (mistake,) = await text.diagnostics()
    assert mistake.message.startswith("a spec can have at most 8 MiB")
    assert await labels(text, types.Position(0, 0)) == []
    assert await hover(text, types.Position(3, 0)) == ""
    text.change(FIRST)
    assert await text.diagnostics() == []


async def test_text_without_a_file_and_halves_of_characters(editor: Editor) -> None:
    uri = "untitled:Untitled-1"
    item = types.TextDocumentItem(uri, "arch", 0, FIRST + "# \ud83d")
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    params = types.InlayHintParams(types.TextDocumentIdentifier(uri), EVERYWHERE)
    assert len(await editor.client.text_document_inlay_hint_async(params) or []) == 3
    assert not editor.client.diagnostics[uri]


async def test_names_that_are_no_files_of_text_stop_nothing(editor: Editor) -> None:
    """A pipe is read by nobody, a device has no end, and a path has no zero."""
    pipe = editor.folder / "pipe.arch"
    os.mkfifo(pipe)
    for uri in (pipe.as_uri(), "file:///dev/zero", "file:///a%00b.arch", "file://[bad/x.arch"):
        item = types.TextDocumentItem(uri, "arch", 0, FIRST)
        editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    text = editor.open("first.arch", FIRST.replace("unit  | 16", "unti  | 16"))
    assert [each.message for each in await text.diagnostics()] == [
        "`unti` is not defined\nhelp: did you mean `unit`?"
    ]
    for uri in (pipe.as_uri(), "file:///dev/zero", "file:///a%00b.arch"):
        params = types.InlayHintParams(types.TextDocumentIdentifier(uri), EVERYWHERE)
        assert len(await editor.client.text_document_inlay_hint_async(params) or []) == 3
