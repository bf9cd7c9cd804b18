// The totals of the network, large where they are looked at most, each beside what it was before.

import { byId, h } from "./dom";
import type { Total } from "./protocol";

const LARGE = 2;

/** What a figure was, by its name. */
export type Before = Map<string, number>;

export function before(totals: Total[]): Before {
  return new Map(totals.map((total) => [total.name, total.value]));
}

/** Show the totals; `was` says what the differences are from. */
export function showTotals(totals: Total[], known: Before | undefined, was: string): void {
  const large = totals.slice(0, LARGE).map((total) =>
    h(
      "div",
      { class: "large", title: total.exact },
      h("span", { class: "figure" }, total.text),
      h("span", { class: "unit" }, total.name),
      change(total, known, was),
    ),
  );
  const small = totals.slice(LARGE).map((total) =>
    h("div", { title: total.exact }, h("dt", {}, total.name), h("dd", {}, total.text, change(total, known, was))),
  );
  byId("totals").replaceChildren(h("div", { class: "larges" }, ...large), h("dl", {}, ...small));
}

function change(total: Total, known: Before | undefined, was: string): HTMLElement | null {
  const value = known?.get(total.name);
  if (!value || value === total.value) return null;
  const part = (total.value / value - 1) * 100;
  const more = part > 0;
  const size = Math.abs(part);
  const shown = size >= 1000 ? `× ${(total.value / value).toPrecision(3)}` : `${size.toFixed(size < 10 ? 1 : 0)} %`;
  const sign = size >= 1000 ? "" : more ? "+" : "−";
  return h("span", { class: `change ${more ? "more" : "less"}`, title: `against ${was}` }, `${sign}${shown}`);
}
