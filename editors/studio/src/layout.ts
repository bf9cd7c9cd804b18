// Where things are: panels, tabs, the lines between columns that can be moved, light and dark.

import { byId, h, keep, kept } from "./dom";

// Tabs

export class Tabs {
  private readonly tabs: HTMLButtonElement[];

  constructor(
    list: HTMLElement,
    private readonly chosen: (name: string) => void,
  ) {
    this.tabs = [...list.querySelectorAll<HTMLButtonElement>("[role=tab]")];
    for (const tab of this.tabs) tab.addEventListener("click", () => this.choose(this.nameOf(tab)));
    list.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** Choose one panel where there is room for the picture beside it, and another where not. */
  suit(wide: MediaQueryList, beside: string, alone: string): void {
    const choose = () => this.choose(wide.matches ? beside : alone);
    wide.addEventListener("change", choose);
    choose();
  }

  get name(): string {
    const tab = this.tabs.find((each) => each.getAttribute("aria-selected") === "true");
    return tab ? this.nameOf(tab) : "";
  }

  choose(name: string): void {
    for (const tab of this.tabs) {
      const isChosen = this.nameOf(tab) === name;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      byId(`panel-${this.nameOf(tab)}`).hidden = !isChosen;
    }
    this.chosen(name);
  }

  private nameOf(tab: HTMLButtonElement): string {
    return tab.id.replace("tab-", "");
  }

  private pressed(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const shown = this.tabs.filter((tab) => tab.offsetParent !== null);
    const place = shown.findIndex((tab) => tab === document.activeElement);
    const next = shown[(place + step + shown.length) % shown.length];
    if (!next) return;
    this.choose(this.nameOf(next));
    next.focus();
    event.preventDefault();
  }
}

// Lines between columns

const LEAST = 220;

/** A line that can be moved, by the pointer or by arrow keys; it sets a width of the page's style. */
export function movable(line: HTMLElement, variable: string, sign: 1 | -1, width: () => number): void {
  const root = document.documentElement;
  const known = kept(variable, (value) => /^\d{3,4}$/.test(value));
  const set = (pixels: number) => {
    const most = window.innerWidth - 2 * LEAST;
    const width = Math.round(Math.max(LEAST, Math.min(pixels, most)));
    root.style.setProperty(`--${variable}`, `${width}px`);
    line.setAttribute("aria-valuenow", String(width));
    keep(variable, String(width));
  };
  if (known) set(Number(known));
  line.addEventListener("pointerdown", (down) => {
    const start = width();
    line.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent) => set(start + sign * (event.clientX - down.clientX));
    line.addEventListener("pointermove", move);
    line.addEventListener("pointerup", () => line.removeEventListener("pointermove", move), { once: true });
  });
  line.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 24, ArrowLeft: -24 }[event.key];
    if (step) set(width() + sign * step);
  });
}

// Light and dark

const THEMES = ["auto", "light", "dark"] as const;

export function themes(button: HTMLElement): void {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let theme = kept("theme", (value) => (THEMES as readonly string[]).includes(value)) ?? "auto";
  const show = () => {
    const isDark = theme === "dark" || (theme === "auto" && dark.matches);
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
    button.title = `Colours: ${theme}`;
    button.setAttribute("aria-label", `Colours: ${theme}`);
  };
  dark.addEventListener("change", show);
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme as "auto") + 1) % THEMES.length]!;
    keep("theme", theme);
    show();
  });
  show();
}

// Areas that F6 goes through

export function areas(found: () => HTMLElement[]): void {
  window.addEventListener("keydown", (event) => {
    if (event.key !== "F6") return;
    event.preventDefault();
    const listed = found().filter((each) => each.getClientRects().length > 0);
    const now = listed.findIndex(
      (each) => each === document.activeElement || each.contains(document.activeElement),
    );
    const next = listed[(now + (event.shiftKey ? -1 : 1) + listed.length) % listed.length];
    next?.focus();
  });
}

// Notices

/** A notice above the page, with what can be done about it. Of one kind there is one at a time. */
export function notice(
  kind: string,
  text: string,
  actions: Record<string, () => void> = {},
  isBad = true,
): void {
  withdraw(kind);
  const buttons = Object.entries(actions).map(([name, act]) =>
    h(
      "button",
      {
        onclick: () => {
          withdraw(kind);
          act();
        },
      },
      name,
    ),
  );
  const role = isBad ? "alert" : "status";
  byId("notices").append(
    h(
      "div",
      { class: `notice ${isBad ? "bad" : ""}`, "data-kind": kind, role },
      h("span", {}, text),
      ...buttons,
    ),
  );
}

export function withdraw(kind: string): void {
  byId("notices").querySelector(`[data-kind=${kind}]`)?.remove();
}

export function hasNotice(kind: string): boolean {
  return byId("notices").querySelector(`[data-kind=${kind}]`) !== null;
}
