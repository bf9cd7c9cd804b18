// The colours of a spec while it is typed: by its words alone, before the server has read it.

import { HighlightStyle, StreamLanguage, type StringStream } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const DEFINING = new Set("block cell network claim recipe search use".split(" "));
const SAYING = new Set(
  "input init require share return if else for in table each note disputed insert after and or not".split(
    " ",
  ),
);
const VALUES = new Set(["true", "false", "none"]);

interface State {
  /** Whether a text in three quotes is open. */
  isDoc: boolean;
  /** Whether the last word defines the next one. */
  defines: boolean;
}

function token(stream: StringStream, state: State): string | null {
  if (state.isDoc) {
    if (stream.skipTo('"""')) {
      stream.match('"""');
      state.isDoc = false;
    } else stream.skipToEnd();
    return "docString";
  }
  if (stream.eatSpace()) return null;
  if (stream.match('"""')) {
    state.isDoc = true;
    return "docString";
  }
  if (stream.match(/^#.*/)) return "comment";
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
  if (stream.match(/^[0-9][0-9.]*(?:e[+-]?[0-9]+)?(?:[kKMGT]|us|ms|s)?\b/)) return "number";
  if (stream.match(/^[A-Za-z_]\w*/)) return word(stream, state);
  if (stream.match(/^\|(?=[-|\s]*$|-)[-|\s]*/)) return "processingInstruction";
  if (stream.match(/^(?:->|\.\.|[|])/)) return "separator";
  stream.next();
  return null;
}

function word(stream: StringStream, state: State): string | null {
  const text = stream.current();
  const isDefined = state.defines;
  // `block` and `cell` are types, too, and `block` the head of a column.
  state.defines = DEFINING.has(text) && stream.string.slice(0, stream.start).trim() === "";
  if (isDefined) return "definition";
  if (state.defines || SAYING.has(text)) return "keyword";
  if (VALUES.has(text)) return "atom";
  return stream.match(/^\s*\(/, false) ? "call" : null;
}

export const spec = StreamLanguage.define<State>({
  name: "archdsl",
  startState: () => ({ isDoc: false, defines: false }),
  token,
  languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "{", '"'] } },
  tokenTable: {
    docString: tags.docString,
    definition: tags.definition(tags.variableName),
    call: tags.function(tags.variableName),
  },
});

const PYTHON = new Set(
  "and as assert class def del elif else except False finally for from if import in is lambda None not or pass raise return self True try while with yield".split(
    " ",
  ),
);

/** The emitted module, which is read and never typed. */
export const python = StreamLanguage.define<{ isDoc: boolean }>({
  name: "python",
  startState: () => ({ isDoc: false }),
  token(stream, state) {
    if (state.isDoc || stream.match('"""')) {
      state.isDoc = !stream.skipTo('"""');
      if (state.isDoc) stream.skipToEnd();
      else stream.match('"""');
      return "docString";
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^#.*/)) return "comment";
    if (stream.match(/^[rbf]?"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.match(/^[0-9][0-9_.]*(?:e[+-]?[0-9]+)?/)) return "number";
    if (stream.match(/^[A-Za-z_]\w*/)) {
      if (PYTHON.has(stream.current())) return "keyword";
      return stream.match(/^\(/, false) ? "call" : null;
    }
    stream.next();
    return null;
  },
  tokenTable: { docString: tags.docString, call: tags.function(tags.variableName) },
});

/** Colours are classes, so that the page's style has them for light and dark. */
export const highlighting = HighlightStyle.define([
  { tag: tags.keyword, class: "tok-keyword" },
  { tag: tags.definition(tags.variableName), class: "tok-definition" },
  { tag: tags.function(tags.variableName), class: "tok-call" },
  { tag: [tags.number, tags.atom], class: "tok-number" },
  { tag: tags.string, class: "tok-string" },
  { tag: tags.docString, class: "tok-doc" },
  { tag: tags.comment, class: "tok-comment" },
  { tag: [tags.separator, tags.processingInstruction], class: "tok-line" },
]);
