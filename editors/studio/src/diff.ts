// What differs from the spec as it was saved to the one in the editor.

import { byId, h } from "./dom";
import { inOneLine } from "./problems";
import { type Difference, isMistaken, type Mistakes, type Pair } from "./protocol";

const SIGNS: Record<Pair["status"], string> = {
  alike: "=",
  resized: "≈",
  changed: "~",
  added: "+",
  removed: "−",
};
const ABOUT: Record<Pair["status"], string> = {
  alike: "alike",
  resized: "equal at another size",
  changed: "changed",
  added: "only in the editor",
  removed: "only in what is saved",
};

export function showDiff(answer: Difference | Mistakes, asked: (file: string, line: number) => void): void {
  const place = byId("diff");
  if (isMistaken(answer)) {
    place.replaceChildren(
      h("p", { class: "quiet" }, "They cannot be compared."),
      ...inOneLine(answer.mistakes),
    );
    return;
  }
  const facts = answer.facts.map((fact) =>
    h("li", {}, fact.replace(/ {2,}/, ": ").replaceAll(" -> ", " → ").replaceAll(" x ", " × ")),
  );
  place.replaceChildren(
    h("p", { class: "verdict-line" }, answer.verdict),
    h("ul", { class: "facts" }, ...facts),
    ...(answer.equal ? [] : [table(answer, asked)]),
  );
}

function table(answer: Difference, asked: (file: string, line: number) => void): HTMLElement {
  const rows: HTMLElement[] = [];
  let alike = 0;
  const flush = () => {
    if (alike)
      rows.push(h("tr", { class: "alike" }, h("td", {}, "="), h("td", { colspan: "4" }, `${alike} alike`)));
    alike = 0;
  };
  for (const pair of answer.pairs) {
    if (pair.status === "alike") {
      alike++;
      continue;
    }
    flush();
    rows.push(row(pair, asked));
  }
  flush();
  if (answer.more) rows.push(h("tr", {}, h("td", { colspan: "5" }, `${answer.more} more are not listed`)));
  const heads = ["", "row", "params", "MACs", "changes"].map((name) => h("th", { scope: "col" }, name));
  return h("table", {}, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows));
}

function row(pair: Pair, asked: (file: string, line: number) => void): HTMLElement {
  const name = h(
    "a",
    { href: "#", onclick: (event) => (event.preventDefault(), asked(pair.file, pair.line)) },
    pair.name,
  );
  return h(
    "tr",
    { class: pair.status },
    h("td", { title: ABOUT[pair.status] }, SIGNS[pair.status]),
    h("th", { scope: "row" }, name, " ", h("span", { class: "kind" }, pair.kind)),
    h("td", { class: "number" }, both(pair.params)),
    h("td", { class: "number" }, both(pair.macs)),
    h("td", { class: "changes" }, pair.changes.join(", ").replaceAll(" -> ", " → ")),
  );
}

function both([a, b]: [string, string]): string {
  return a === b ? a : [a, b].filter(Boolean).join(" → ");
}
