// What the editor can do: CodeMirror's parts, and lines that are marked from outside.

import { completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { shortened } from "./dom";
import { highlighting, python, spec } from "./language";
import { words } from "./words";

/** Marks lines, counted from 1, and no others. */
export const markLines = StateEffect.define<number[]>();

const marked = Decoration.line({ class: "marked-line" });

const markedLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(before, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(markLines)) continue;
      const { doc } = transaction.state;
      const known = effect.value.filter((line) => line >= 1 && line <= doc.lines);
      return Decoration.set(
        known.map((line) => marked.range(doc.line(line).from)),
        true,
      );
    }
    return before.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function nonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[name=nonce]")?.content ?? "";
}

function shared(label: string): Extension {
  return [
    EditorView.cspNonce.of(nonce()),
    EditorView.contentAttributes.of({ "aria-label": label }),
    lineNumbers(),
    drawSelection(),
    bracketMatching(),
    highlightSelectionMatches(),
    search({ top: true }),
    syntaxHighlighting(highlighting),
  ];
}

/** The editor of the spec itself; `hasWords` is whether words are proposed and explained. */
export function editing(name: string, hasWords: () => boolean): Extension {
  return [
    shared(`${shortened(name)}, the spec. Escape, then Tab leaves it`),
    spec,
    history(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    lintGutter(),
    markedLines,
    indentUnit.of("  "),
    words(hasWords),
    keymap.of([
      ...completionKeymap,
      ...searchKeymap,
      ...lintKeymap,
      ...historyKeymap,
      ...defaultKeymap,
      indentWithTab,
    ]),
  ];
}

const reading: Extension = [EditorState.readOnly.of(true), keymap.of([...searchKeymap, ...defaultKeymap])];

/** A file that the spec uses: to be read. */
export function readingSpec(name: string): Extension {
  return [shared(`${shortened(name)}, to be read`), spec, highlightActiveLine(), markedLines, reading];
}

/** The emitted module. */
export function readingPython(): Extension {
  return [shared("the emitted module, to be read"), python, reading];
}
