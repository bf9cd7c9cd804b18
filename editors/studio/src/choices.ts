// What the reader chooses in the bar: the network, its input, and how it is counted.

import { byId, h } from "./dom";
import { notice, withdraw } from "./layout";
import type { Diagnostic, Known, Look } from "./protocol";

/** A choice that has been made. */
export function onChoice(id: string, act: (value: string) => void): void {
  const field = byId<HTMLSelectElement | HTMLInputElement>(id);
  field.addEventListener("change", () => act(field.value));
}

export function chosen(id: string): string {
  return byId<HTMLSelectElement | HTMLInputElement>(id).value;
}

/** List the networks of the text, without a change where they are the same. */
export function showNetworks(known: Known[], look: Look | null): void {
  const select = byId<HTMLSelectElement>("network");
  const texts = known.map(({ name, space }) => (space ? `${name} (a space)` : name));
  const shown = [...select.options].map((option) => option.text);
  if (texts.join("\n") !== shown.join("\n"))
    select.replaceChildren(...known.map(({ name }, place) => h("option", { value: name }, texts[place]!)));
  if (look) select.value = look.network;
}

export function showInputs(look: Look): void {
  const shapes = Object.values(look.base.inputs).map((shape) => shape.join("x"));
  byId<HTMLInputElement>("input").placeholder = shapes.join("; ");
}

/** Say why an input cannot be, and give what else was refused. */
export function showRefusedInput(refused: Diagnostic[]): Diagnostic[] {
  const isOfInput = (each: Diagnostic) => each.labels[0]?.file === "--input" || each.code === "input";
  const [first] = refused.filter(isOfInput);
  byId("input").toggleAttribute("aria-invalid", first !== undefined);
  if (first) notice("input", first.message + (first.help ? `: ${first.help}` : ""));
  else withdraw("input");
  return refused.filter((each) => !isOfInput(each));
}
