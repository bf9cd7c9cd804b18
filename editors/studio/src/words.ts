// What can be written at the cursor, and what is said of a word under the pointer.

import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  snippet,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { type EditorView, hoverTooltip, type Tooltip } from "@codemirror/view";
import { ask } from "./ask";
import { h, spoken } from "./dom";
import { offsetsIn, offsetsOut } from "./offsets";
import { isMistaken, type Proposal, type Said } from "./protocol";

/** Signs after which it is likely that a word follows, which may be proposed at once. */
const BEFORE = /(?:->|\||=|,|\(|\.|\buse|\bfor)\s*$/;

/** Proposals and explanations, where they are wanted. */
export function words(isWanted: () => boolean): Extension {
  return [
    autocompletion({ override: [(context) => (isWanted() ? completions(context) : null)], icons: false }),
    hoverTooltip((view, place) => (isWanted() ? explained(view, place) : null), { hoverTime: 450 }),
  ];
}

async function completions(context: CompletionContext): Promise<CompletionResult | null> {
  const word = context.matchBefore(/[A-Za-z_]\w*/);
  const line = context.state.doc.lineAt(context.pos);
  const before = context.state.sliceDoc(line.from, context.pos);
  if (!context.explicit && !word && !BEFORE.test(before)) return null;
  const text = context.state.doc.toString();
  const answer = await ask.complete(text, offsetsOut(text)(context.pos)).catch(() => null);
  if (!answer || isMistaken(answer) || context.aborted) return null;
  return { from: offsetsIn(text)(answer.from), options: answer.proposals.map(option), validFor: /^\w*$/ };
}

function option(proposal: Proposal): Completion {
  const { label, kind, text, rank, typed } = proposal;
  const stops = proposal.snippet?.replaceAll("$0", "${}");
  return {
    label: typed ?? label,
    ...(typed ? { displayLabel: label } : {}),
    type: kind,
    detail: text || (kind === "word" ? "" : kind),
    apply: stops ? snippet(stops) : label,
    boost: 30 - 10 * rank,
  };
}

async function explained(view: EditorView, place: number): Promise<Tooltip | null> {
  const text = view.state.doc.toString();
  const answer = await ask.explain(text, offsetsOut(text)(place)).catch(() => null);
  if (!answer || isMistaken(answer) || !answer.said.length) return null;
  const at = offsetsIn(text);
  const dom = h("div", { class: "explained" }, ...answer.said.map(said));
  return { pos: at(answer.from!), end: at(answer.to!), above: true, create: () => ({ dom }) };
}

function said({ signature, text, where }: Said): HTMLElement {
  const paragraphs = text.split("\n\n").map((each) => h("p", {}, spoken(each)));
  return h(
    "div",
    {},
    h("pre", {}, signature),
    ...paragraphs,
    where ? h("p", { class: "quiet" }, where) : null,
  );
}
