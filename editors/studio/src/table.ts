// The table of the network: a line for each row, stage, block or operation, with its share as a bar.

import { byId, h, pretty } from "./dom";
import type { Line, Look } from "./protocol";

export interface Listener {
  pointed(file: string, lines: number[]): void;
  asked(file: string, line: number): void;
}

export class TableView {
  private readonly body = byId("rows");
  private rows: { line: Line; element: HTMLElement }[] = [];

  constructor(private readonly listener: Listener) {
    this.body.addEventListener("mouseleave", () => listener.pointed("", []));
    this.body.addEventListener("keydown", (event) => this.pressed(event));
  }

  show(look: Look): void {
    const hadFocus = this.rows.findIndex(({ element }) => element === document.activeElement);
    const unit = look.totals[0]?.name ?? "MACs";
    byId("rows-cost").textContent = unit;
    const most = Math.max(...look.lines.map((line) => line.part), 1e-9);
    this.rows = look.lines.map((line) => ({ line, element: this.row(line, most) }));
    this.body.replaceChildren(...this.rows.map(({ element }) => element));
    const more = look.more ? `${look.more.toLocaleString("en")} more are not listed. ` : "";
    byId("rows-note").textContent =
      `${more}At ${pretty(look.input)}, for one view. Not counted: ${look.uncounted}.`;
    this.rove(Math.max(0, hadFocus));
    if (hadFocus >= 0) this.rows[hadFocus]?.element.focus();
  }

  mark(file: string, line: number): void {
    for (const { line: row, element } of this.rows)
      element.classList.toggle("marked", row.file === file && row.line === line);
  }

  private row(line: Line, most: number): HTMLElement {
    const share = h("td", { class: "share" }, h("span", {}, line.share));
    share.style.setProperty("--heat", String(line.part / most));
    const element = h(
      "tr",
      { tabindex: "-1" },
      h(
        "th",
        { scope: "row" },
        line.name,
        line.kind !== line.name && " ",
        line.kind !== line.name && h("span", { class: "kind" }, line.kind),
      ),
      h("td", { class: "shape" }, pretty(line.output)),
      h("td", { class: "number" }, line.params),
      h("td", { class: "number" }, line.cost),
      share,
    );
    element.addEventListener("mouseenter", () => this.listener.pointed(line.file, [line.line]));
    element.addEventListener("focus", () => this.listener.pointed(line.file, [line.line]));
    element.addEventListener("blur", () => this.listener.pointed("", []));
    element.addEventListener("click", () => this.listener.asked(line.file, line.line));
    return element;
  }

  private rove(place: number): void {
    this.rows.forEach(({ element }, each) => element.setAttribute("tabindex", each === place ? "0" : "-1"));
  }

  private pressed(event: KeyboardEvent): void {
    const place = this.rows.findIndex(({ element }) => element === document.activeElement);
    const row = this.rows[place];
    if (!row) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.rows[place + step]) {
      this.rove(place + step);
      this.rows[place + step]!.element.focus();
    } else if (event.key === "Enter") this.listener.asked(row.line.file, row.line.line);
    else return;
    event.preventDefault();
  }
}
