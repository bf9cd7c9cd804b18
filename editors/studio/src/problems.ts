// What is found in the text, as a list below the editor: where, what, and how to mend it.

import { byId, h, shortened, spoken } from "./dom";
import type { Diagnostic } from "./protocol";

export interface Listener {
  asked(file: string, line: number): void;
  mended(fix: NonNullable<Diagnostic["fix"]>): void;
}

const WORDS = {
  error: ["mistake", "mistakes"],
  warning: ["warning", "warnings"],
  note: ["note", "notes"],
} as const;

/** `2 mistakes, 1 note`. */
function counted(found: Diagnostic[]): string {
  const parts = (["error", "warning", "note"] as const).flatMap((severity) => {
    const count = found.filter((each) => each.severity === severity).length;
    return count ? [`${count} ${WORDS[severity][count === 1 ? 0 : 1]}`] : [];
  });
  return parts.join(", ") || "No mistakes";
}

/** Show what is found, and `beyond` it what was judged last; that may be of an earlier text. */
export function showProblems(
  found: Diagnostic[],
  beyond: Diagnostic[],
  isJudged: boolean,
  spec: string,
  listener: Listener,
): void {
  const all = [...found, ...beyond];
  const summary = byId("problems-summary");
  summary.textContent = counted(all);
  const hasErrors = all.some((each) => each.severity === "error");
  summary.className = hasErrors ? "error" : all.length ? "warning" : "well";
  const items = all.map((each) => item(each, spec, listener));
  items.slice(found.length).forEach((each) => each.classList.toggle("old", !isJudged));
  byId("problems").replaceChildren(...items);
}

function item(diagnostic: Diagnostic, spec: string, listener: Listener): HTMLElement {
  const { fix, labels } = diagnostic;
  const [first] = labels;
  const short = first && shortened(first.file);
  const place = first && (first.file === spec ? `line ${first.line}` : `${short}:${first.line}`);
  const said = [first?.text ?? "", ...diagnostic.notes].filter(Boolean);
  const help = diagnostic.help && h("p", { class: "help" }, spoken(diagnostic.help));
  const mend =
    fix && fix.file === spec && h("button", { onclick: () => listener.mended(fix) }, `Write ${fix.text}`);
  const more = labels.slice(1).map((label) => {
    const ask = () => listener.asked(label.file, label.line);
    return h(
      "p",
      { class: "also" },
      h("a", { href: "#", onclick: prevented(ask) }, `line ${label.line}`),
      ` ${label.text}`,
    );
  });
  return h(
    "li",
    { class: diagnostic.severity },
    h(
      "p",
      {},
      first
        ? h("a", { href: "#", onclick: prevented(() => listener.asked(first.file, first.line)) }, place!)
        : h("span", { class: "code" }, diagnostic.code),
      " ",
      spoken(diagnostic.message),
    ),
    ...said.map((text) => h("p", { class: "also" }, spoken(text))),
    ...more,
    help,
    mend,
  );
}

function prevented(act: () => void): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    act();
  };
}

/** Mistakes of what was asked for, in one line: a change or an input that cannot be. */
export function inOneLine(found: Diagnostic[]): HTMLElement[] {
  return found
    .filter((each) => each.severity === "error")
    .map((each) =>
      h(
        "p",
        { class: "refused" },
        spoken(each.message),
        each.help ? h("span", { class: "help" }, ": ", spoken(each.help)) : null,
      ),
    );
}
