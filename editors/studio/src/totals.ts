// The totals of the network, large where they are looked at most, each beside what it was before.

import { byId, h } from "./dom";
import type { Asked, Look, Total } from "./protocol";

const LARGE = 2;

/** What a figure was, by its name. */
type Before = Map<string, number>;

export class TotalsView {
  /** The totals of the saved text, by network, convention and input. */
  private readonly saved = new Map<string, Before>();

  /** Another text is saved: what is known of the last one counts no more. */
  forget(): void {
    this.saved.clear();
  }

  /** Show the totals, against those of the network without its changes, or as it was saved. */
  show(asked: Asked, look: Look, isSaved: boolean): void {
    const isChanged = asked.changes.length > 0;
    const key = [look.network, asked.convention, asked.input].join("\n");
    if (isSaved && !isChanged) this.saved.set(key, valuesOf(look.totals));
    const known = isChanged ? valuesOf(look.base.totals) : this.saved.get(key);
    const was = isChanged ? `${look.network} as it is` : "what is saved";
    const large = look.totals.slice(0, LARGE).map((total) => largeTotal(total, known, was));
    const small = look.totals.slice(LARGE).map((total) => smallTotal(total, known, was));
    byId("totals").replaceChildren(h("div", { class: "larges" }, ...large), h("dl", {}, ...small));
    byId("first-member").hidden = !look.space;
  }
}

function valuesOf(totals: Total[]): Before {
  return new Map(totals.map((total) => [total.name, total.value]));
}

function largeTotal(total: Total, known: Before | undefined, was: string): HTMLElement {
  const figure = h("span", { class: "figure" }, total.text);
  const unit = h("span", { class: "unit" }, total.name);
  return h("div", { class: "large", title: total.exact }, figure, unit, change(total, known, was));
}

function smallTotal(total: Total, known: Before | undefined, was: string): HTMLElement {
  const value = h("dd", {}, total.text, change(total, known, was));
  return h("div", { title: total.exact }, h("dt", {}, total.name), value);
}

function change(total: Total, known: Before | undefined, was: string): HTMLElement | null {
  const value = known?.get(total.name);
  if (!value || value === total.value) return null;
  const part = (total.value / value - 1) * 100;
  const isMore = part > 0;
  const look = { class: `change ${isMore ? "more" : "less"}`, title: `against ${was}` };
  if (part >= 1000) return h("span", look, `× ${(total.value / value).toPrecision(3)}`);
  const size = Math.abs(part);
  return h("span", look, `${isMore ? "+" : "−"}${size.toFixed(size < 10 ? 1 : 0)} %`);
}
