"""What a key costs in an editor: the CPU time of the language server, relative to `import torch`.

Keys are typed in AutoX3D-L: in a cell of its table, in a parameter that it gives to AutoX3D-S, in a
claim, and one after which the text does not parse. After each the mistakes are shown, and the
editor asks for what stands beside rows and above networks, and for colours. The first analysis and
what is judged at a pause do not count.

python benchmarks/editor.py [KEYS]
"""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import Callable, Sequence

from lsprotocol import types
from measure import ROOT, Result, conclude, run
from pygls.lsp.client import LanguageClient

_SPEC = ROOT / "specs" / "autox3d_l.arch"
_EVERYWHERE = types.Range(types.Position(0, 0), types.Position(1_000_000, 0))
_BOUND = 0.1

Typed = Callable[[str, int], str]
"""The text after a number of keys."""

_KEYS: dict[str, Typed] = {
    "a cell": lambda text, n: text.replace("| 2.25 ", f"| 2.{n:02} ", 1),
    "a parameter": lambda text, n: text.replace("size = 312", f"size = {280 + n}", 1),
    "a claim": lambda text, n: text.replace("macs 24.8G", f"macs {n}.8G"),
    "a draft": lambda text, n: text.replace("size = 312", f"size = {'(' * (1 + n % 2)}", 1),
}


async def _type(texts: Sequence[str]) -> None:
    """Type texts one after another, and wait for all answers to each."""
    client = LanguageClient("benchmark", "1")
    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: None)
    await client.start_io(sys.executable, "-m", "archdsl", "lsp")
    capabilities = types.ClientCapabilities()
    await client.initialize_async(types.InitializeParams(capabilities))
    client.initialized(types.InitializedParams())
    uri = _SPEC.as_uri()
    item = types.TextDocumentItem(uri, "arch", 0, _SPEC.read_text())
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    result = await _ask(client, uri, None)
    for version, text in enumerate(texts, start=1):
        document = types.VersionedTextDocumentIdentifier(version, uri)
        change = types.TextDocumentContentChangeWholeDocument(text)
        client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        result = await _ask(client, uri, result)
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()


async def _ask(client: LanguageClient, uri: str, last: str | None) -> str | None:
    """Ask for hints, lenses and colours; the name of these colours."""
    item = types.TextDocumentIdentifier(uri)
    await client.text_document_inlay_hint_async(types.InlayHintParams(item, _EVERYWHERE))
    await client.text_document_code_lens_async(types.CodeLensParams(item))
    if last is None:
        whole = types.SemanticTokensParams(item)
        found = await client.text_document_semantic_tokens_full_async(whole)
        return found.result_id if found else None
    since = types.SemanticTokensDeltaParams(item, last)
    delta = await client.text_document_semantic_tokens_full_delta_async(since)
    return delta.result_id if delta else None


def _cpu(texts: Sequence[str]) -> float:
    """The CPU time of a server to which texts are typed, from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    asyncio.run(_type(texts))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(keys: int) -> int:
    text = _SPEC.read_text()
    rival = min(run((sys.executable, "-c", "import torch")).cpu for _ in range(3))
    start = min(_cpu(()) for _ in range(2))
    results = []
    print(f"{'import torch':12}  {1000 * rival:6.0f} ms CPU\n")
    for name, typed in _KEYS.items():
        spent = (_cpu([typed(text, n) for n in range(1, keys + 1)]) - start) / keys
        print(f"{name:12}  {1000 * spent:6.0f} ms CPU")
        results.append(Result(f"a key in {name} / import torch", spent / rival, _BOUND))
    print()
    return conclude(results)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
