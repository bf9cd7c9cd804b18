// Elements made of texts. No text becomes markup here, and none of the page is made otherwise.

type Child = Node | string | null | false;
type Values = Record<string, string | boolean | ((event: Event) => void)>;

/** An element with attributes, listeners (`onclick`) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  values: Values = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== false));
  return element;
}

/** The element of the page with an id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

/** `3 x 16 x 312^2` as `3 × 16 × 312²`. */
export function pretty(shape: string): string {
  const powers = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  return shape
    .replaceAll(" x ", " × ")
    .replace(/\^([0-9])\b/g, (_, digit: string) => powers[Number(digit)] ?? digit);
}

/** A file without its folder. */
export function shortened(file: string): string {
  return file.split("/").at(-1) ?? file;
}

/** A text in which what stands in backticks is code. */
export function spoken(text: string): HTMLElement {
  const parts = text.split("`");
  return h("span", {}, ...parts.map((part, place) => (place % 2 ? h("code", {}, part) : part)));
}

/** A value that stays from one visit to the next, if it is one of those that may be. */
export function kept(name: string, isKnown: (value: string) => boolean): string | null {
  try {
    const value = localStorage.getItem(`archdsl.${name}`);
    return value !== null && isKnown(value) ? value : null;
  } catch {
    return null; // the browser keeps nothing
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`archdsl.${name}`, value);
  } catch {
    // It is a matter of comfort alone.
  }
}
