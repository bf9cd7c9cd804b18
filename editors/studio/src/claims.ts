// What papers print, beside what is measured; and the spaces of the text, with their decisions.

import { byId, h } from "./dom";
import type { Claim, Judgement, Space } from "./protocol";

const LOOKS: Record<string, string> = { met: "well", "not met": "error", disputed: "warning" };

export function showClaims(report: Judgement["report"]): void {
  const claims = report?.claims ?? [];
  const unmeasured = (report?.written ?? 0) - claims.length;
  const parts: HTMLElement[] = [];
  if (!claims.length && !report?.spaces.length)
    parts.push(
      h("p", { class: "quiet" }, report ? "The spec states no claims." : "Nothing can be measured yet."),
    );
  if (claims.length) parts.push(table(claims));
  if (unmeasured > 0) parts.push(h("p", { class: "quiet" }, `${unmeasured} not measured, for a mistake.`));
  parts.push(...(report?.spaces ?? []).map(space));
  byId("claims").replaceChildren(...parts);
}

function table(claims: Claim[]): HTMLElement {
  const heads = ["metric", "claimed", "measured", "residual", "verdict"];
  const rows: HTMLElement[] = [];
  let network = "";
  for (const claim of claims) {
    if (claim.network !== network) {
      network = claim.network;
      rows.push(h("tr", { class: "group" }, h("th", { colspan: "5", scope: "rowgroup" }, network)));
    }
    const look = LOOKS[claim.verdict] ?? "quiet";
    rows.push(
      h(
        "tr",
        {},
        h("td", {}, claim.metric),
        h("td", { class: "number" }, claim.claimed),
        h("td", { class: "number" }, claim.measured || "–"),
        h("td", { class: "number" }, claim.residual),
        h("td", {}, h("span", { class: `verdict ${look}` }, claim.verdict)),
      ),
    );
  }
  const head = heads.map((name, place) =>
    h("th", { scope: "col", class: place && place < 4 ? "number" : "" }, name),
  );
  return h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows));
}

function space(found: Space): HTMLElement {
  const head = found.all
    ? `all ${found.members} members are valid`
    : `${found.members} members that were drawn are valid: ${found.reason}`;
  const rows = Object.entries(found.decisions).flatMap(([name, options]) => [
    h("dt", {}, name),
    h("dd", {}, options.join(", ")),
  ]);
  return h(
    "section",
    { class: "space" },
    h("h3", {}, found.name),
    h("p", { class: "quiet" }, head),
    h("dl", {}, ...rows),
  );
}

/** Say how far the measuring is. */
export function showJudging(state: string): void {
  byId("claims-state").textContent = state;
}
