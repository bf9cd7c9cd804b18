// The colours of a spec before the language server has read it, as VS Code computes them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

const here = (path) => new URL(path, import.meta.url);
const wasm = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");
await oniguruma.loadWASM(readFileSync(wasm));

const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => {
    const path = here("../syntaxes/archdsl.tmLanguage.json");
    return textmate.parseRawGrammar(readFileSync(path, "utf8"), "archdsl.tmLanguage.json");
  },
});
const grammar = await registry.loadGrammar("source.archdsl");

/** The words of a text, each with the innermost scope that it has. */
function coloured(text) {
  let state = textmate.INITIAL;
  const found = [];
  for (const line of text.split("\n")) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    for (const { startIndex, endIndex, scopes } of tokens) {
      const word = line.slice(startIndex, endIndex).trim();
      if (word) found.push([word, scopes.at(-1).replace(/\.archdsl$/, "")]);
    }
  }
  return found;
}

function scopeOf(text, word) {
  return coloured(text).find(([found]) => found === word)?.[1];
}

test("a definition: its keyword, name, parameters and values", () => {
  const text = "network tiny(frames = 8, size: int = 16) {\n  input video: 3 x frames x size^2\n}";
  assert.equal(scopeOf(text, "network"), "keyword.declaration");
  assert.equal(scopeOf(text, "tiny"), "entity.name.type");
  assert.equal(scopeOf(text, "frames"), "variable.parameter");
  assert.equal(scopeOf(text, "8"), "constant.numeric");
  assert.equal(scopeOf(text, "input"), "keyword.other");
  assert.equal(scopeOf(text, "x"), "keyword.operator.shape");
});

test("a doc string ends where it ends, and a comment with its line", () => {
  const text = '"""\nThe network of # Table 2.\n"""\nuse x3d # the blocks\nclaim x3d_s {\n}';
  assert.equal(scopeOf(text, "The network of # Table 2."), "string.quoted.triple.documentation");
  assert.equal(scopeOf(text, "use"), "keyword.control.import");
  assert.equal(scopeOf(text, "x3d"), "entity.name.namespace");
  assert.equal(scopeOf(text, "# the blocks"), "comment.line.number-sign");
  assert.equal(scopeOf(text, "claim"), "keyword.other");
});

test("a table: columns, the rule below its head, dashes and calls", () => {
  const text = "  table {\n    | block | channels |\n    |-------|---:|\n    | -     | int(2.5) |\n  }";
  assert.equal(scopeOf(text, "|-------|---:|"), "punctuation.separator.rule");
  assert.equal(scopeOf(text, "|"), "punctuation.separator.column");
  assert.equal(scopeOf(text, "int"), "entity.name.function");
  assert.equal(scopeOf(text, "2.5"), "constant.numeric");
});

test("units belong to their numbers", () => {
  for (const number of ["6.1M", "24.8G", "1e-3", "30ms", "5us"]) {
    assert.equal(scopeOf(`claim a { macs ${number} }`, number), "constant.numeric");
  }
});

test("words that are keywords in their places only are names elsewhere", () => {
  assert.equal(scopeOf("network a = b + insert glore after res4", "insert"), "keyword.other");
  assert.equal(scopeOf("block unit = each {t1_s3, t3_s3}", "each"), "keyword.other");
  assert.equal(scopeOf("  of = conv(8)", "of"), "variable.parameter");
  assert.equal(scopeOf("  x -> insert(8)", "insert"), "entity.name.function");
});

test("every word of the grammar that cannot be a name has a colour", () => {
  const rules = readFileSync(here("../../../grammars/arch.lark"), "utf8");
  const [, words] = /NAME: \/\(\?!\(\?:([a-z|]+)\)\\b\)/.exec(rules);
  for (const word of words.split("|")) {
    const scope = scopeOf(`  ${word} y`, word) ?? "none";
    assert.match(scope, /^(keyword|storage|constant)/, word);
  }
});

test("a megabyte on one line does not hang", () => {
  const [[, scope]] = coloured(`${"|---".repeat(250_000)}`);
  assert.ok(scope);
});
