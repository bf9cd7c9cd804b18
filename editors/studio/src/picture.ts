// The picture beside the text: its boxes answer to the pointer, to the keys and to the cursor.

import { byId, h, pretty } from "./dom";
import type { Picture } from "./protocol";

export interface Listener {
  /** The reader points at a line, or at none. */
  pointed(file: string, lines: number[]): void;
  /** The reader wants to see where a box is written. */
  asked(file: string, line: number): void;
  /** A box or a frame is to be opened or folded. */
  turned(path: string): void;
}

interface Part {
  element: SVGGElement;
  file: string;
  line: number;
  last: number;
  path: string;
  open: string | undefined;
}

const SVG = "http://www.w3.org/2000/svg";
const ZOOMS = [0.35, 0.5, 0.65, 0.8, 1, 1.25, 1.6, 2];

export class PictureView {
  private readonly frame = byId("picture");
  private readonly tip = byId("tip");
  private parts: Part[] = [];
  private svg: SVGSVGElement | null = null;
  private shown = "";
  private size = { width: 0, height: 0 };
  private zoom = 0;
  private readonly dark = new CSSStyleSheet();
  /** The path of the box that has the focus, or had it last. */
  private chosen = "";

  constructor(private readonly listener: Listener) {
    document.adoptedStyleSheets.push(this.dark);
    this.frame.addEventListener("keydown", (event) => this.pressed(event));
    this.frame.addEventListener("mouseleave", () => this.left());
    this.frame.addEventListener("scroll", () => this.left());
    byId("zoom-in").addEventListener("click", () => this.step(1));
    byId("zoom-out").addEventListener("click", () => this.step(-1));
  }

  /** The paths of the outermost frames, which can be folded. */
  get opened(): string[] {
    const open = this.parts.filter((part) => part.open === "yes").map((part) => part.path);
    return open.filter((path) => !open.some((other) => other !== path && path.startsWith(`${other}.`)));
  }

  show(picture: Picture): void {
    if (picture.svg === this.shown) return;
    this.shown = picture.svg;
    const hadFocus = this.frame.contains(document.activeElement);
    const svg = this.parsed(picture.svg);
    this.size = { width: Number(svg.getAttribute("width")), height: Number(svg.getAttribute("height")) };
    svg.setAttribute("role", "group");
    this.parts = [...svg.querySelectorAll<SVGGElement>("g[data-line]")].map((element) =>
      this.part(element, picture.files),
    );
    this.svg = svg;
    this.zoom ||= this.fitting();
    this.left();
    this.frame.replaceChildren(svg);
    this.scale();
    this.rove();
    if (hadFocus) this.focused()?.element.focus({ preventScroll: true });
  }

  /** The picture as an element. Its dark colours are for a dark system, and here for the theme. */
  private parsed(text: string): SVGSVGElement {
    const [, sheet = ""] = /<style>([^<]*)<\/style>/.exec(text) ?? [];
    const rules = sheet.match(/^\.[^{}]*\{[^{}]*\}$/gm) ?? [];
    this.dark.replaceSync(rules.map((rule) => `[data-theme="dark"] ${rule}`).join("\n"));
    // Taken out before it is parsed: the page's policy knows no styles but its own.
    const plain = text.replace(/<style>[^<]*<\/style>/, "");
    const parsed = new DOMParser().parseFromString(plain, "image/svg+xml").documentElement;
    return document.importNode(parsed, true) as unknown as SVGSVGElement;
  }

  private part(element: SVGGElement, files: Record<string, string>): Part {
    const { file = "", line, last, path = "", open } = element.dataset;
    const part = { element, file: files[file] ?? file, line: Number(line), last: Number(last), path, open };
    const title = element.querySelector(":scope > title");
    element.dataset.said = title?.textContent ?? path;
    title?.remove();
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", element.dataset.said.replaceAll("\n", ", "));
    if (open) element.setAttribute("aria-expanded", String(open === "yes"));
    element.addEventListener("mousemove", (event) => this.hovered(part, event));
    element.addEventListener("click", () => this.listener.asked(part.file, part.line));
    element.addEventListener("focus", () => this.entered(part));
    element.addEventListener("blur", () => this.left());
    const ring = element.querySelector("rect")!.cloneNode() as SVGRectElement;
    ring.setAttribute("class", "ring");
    element.append(ring);
    if (open) element.append(this.handle(part));
    return part;
  }

  /** The small mark at the left of what can be opened or folded. */
  private handle(part: Part): SVGGElement {
    const box = part.element.querySelector("rect")!;
    const x = Number(box.getAttribute("x"));
    const y = Number(box.getAttribute("y"));
    const isOpen = part.open === "yes";
    const middle = isOpen ? y + 13 : y + Number(box.getAttribute("height")) / 2;
    const handle = document.createElementNS(SVG, "g");
    handle.setAttribute("class", "handle");
    const circle = document.createElementNS(SVG, "circle");
    for (const [name, value] of Object.entries({ cx: x, cy: middle, r: 7.5 }))
      circle.setAttribute(name, String(value));
    const sign = document.createElementNS(SVG, "path");
    sign.setAttribute("d", `M${x - 3.5} ${middle}h7${isOpen ? "" : `M${x} ${middle - 3.5}v7`}`);
    handle.append(circle, sign);
    handle.addEventListener("click", (event) => {
      event.stopPropagation();
      this.listener.turned(part.path);
    });
    return handle;
  }

  // What the reader points at

  private hovered(part: Part, event: MouseEvent): void {
    event.stopPropagation();
    this.tell(part);
    this.place(event.clientX + 14, event.clientY + 14);
  }

  private entered(part: Part): void {
    this.chosen = part.path;
    this.rove();
    this.tell(part);
    const { right, top } = part.element.getBoundingClientRect();
    this.place(right + 8, top);
  }

  private tell(part: Part): void {
    if (this.tip.dataset.path !== part.path || this.tip.hidden) {
      const [head = "", ...lines] = (part.element.dataset.said ?? "").split("\n");
      const said = [h("strong", {}, head), ...lines.map((line) => h("div", {}, pretty(line)))];
      const keys = part.open ? `${part.open === "yes" ? "fold" : "open"}: space` : "";
      this.tip.replaceChildren(...said, h("div", { class: "keys" }, keys));
      this.tip.dataset.path = part.path;
      this.tip.hidden = false;
      this.listener.pointed(part.file, lines_of(part));
    }
  }

  private place(x: number, y: number): void {
    const { width, height } = this.tip.getBoundingClientRect();
    this.tip.style.left = `${Math.max(4, Math.min(x, window.innerWidth - width - 8))}px`;
    this.tip.style.top = `${Math.max(4, Math.min(y, window.innerHeight - height - 8))}px`;
  }

  private left(): void {
    if (this.tip.hidden) return;
    this.tip.hidden = true;
    this.listener.pointed("", []);
  }

  /** Mark the boxes of a line of a file: those of the line itself, or else what is around it. */
  mark(file: string, line: number): void {
    const inside = this.parts.filter((part) => part.file === file && part.line <= line && line <= part.last);
    const own = inside.filter((part) => part.line === part.last);
    const marked = new Set(own.length ? own : inside);
    for (const part of this.parts) part.element.classList.toggle("marked", marked.has(part));
    const first = this.parts.find((part) => marked.has(part));
    if (first && !this.frame.contains(document.activeElement)) this.reveal(first);
  }

  /** Mark the boxes whose lines are not as they were drawn any more. */
  stale(file: string, lines: Set<number>): void {
    for (const part of this.parts) {
      const isStale = part.file === file && part.line === part.last && lines.has(part.line);
      part.element.classList.toggle("stale", isStale);
    }
  }

  private reveal(part: Part): void {
    const box = part.element.getBoundingClientRect();
    const frame = this.frame.getBoundingClientRect();
    if (box.top >= frame.top && box.bottom <= frame.bottom) return;
    const middle = this.frame.scrollTop + box.top - frame.top - (frame.height - box.height) / 2;
    this.frame.scrollTo({ top: middle, behavior: "smooth" });
  }

  // Keys: one stop for Tab, and arrows from box to box

  private focused(): Part | undefined {
    return this.parts.find((part) => part.path === this.chosen) ?? this.ordered[0];
  }

  private rove(): void {
    const one = this.focused();
    for (const part of this.parts) part.element.setAttribute("tabindex", part === one ? "0" : "-1");
  }

  private get ordered(): Part[] {
    const top = (part: Part) => part.element.getBoundingClientRect().top;
    return [...this.parts].sort((a, b) => top(a) - top(b));
  }

  private pressed(event: KeyboardEvent): void {
    const part = this.parts.find((each) => each.element === document.activeElement);
    if (!part) return;
    const ordered = this.ordered;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const next = ordered[ordered.indexOf(part) + step];
      next?.element.focus({ preventScroll: true });
      if (next) this.reveal(next);
    } else if (event.key === "Enter") this.listener.asked(part.file, part.line);
    else if (event.key === " " && part.open) this.listener.turned(part.path);
    else if (event.key === "Escape") this.left();
    else return;
    event.preventDefault();
  }

  // Size

  /** The zoom at which the first picture fits, if it can be read then. */
  private fitting(): number {
    const fit = (this.frame.clientWidth - 24) / this.size.width;
    return fit < 0.65 ? 0.8 : Math.min(fit, 1);
  }

  private step(by: number): void {
    const place = ZOOMS.findIndex((zoom) => zoom >= this.zoom - 0.01);
    this.zoom = ZOOMS[Math.max(0, Math.min(place + by, ZOOMS.length - 1))] ?? 1;
    this.scale();
  }

  private scale(): void {
    this.svg?.setAttribute("width", String(this.size.width * this.zoom));
    this.svg?.setAttribute("height", String(this.size.height * this.zoom));
  }
}

function lines_of(part: Part): number[] {
  return Array.from({ length: Math.min(part.last - part.line, 200) + 1 }, (_, place) => part.line + place);
}
