// Transforms with sliders: the picture and the costs follow, and what is found is written as a spec.

import { byId, h, spoken } from "./dom";
import type { Diagnostic, Look } from "./protocol";
import { inOneLine } from "./problems";

interface Slider {
  id: string;
  label: string;
  about: string;
  /** The steps of the slider: from 0 to `steps`, of which `neutral` changes nothing. */
  values: number[];
  neutral: number;
  shown(value: number): string;
  transform(value: number): string;
}

const FACTORS = [
  0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2, 2.25, 2.5, 3, 3.5, 4,
];

function factor(id: string, label: string, about: string, transform: string): Slider {
  return {
    id,
    label,
    about,
    values: FACTORS,
    neutral: FACTORS.indexOf(1),
    shown: (value) => `× ${value}`,
    transform: (value) => `${transform}(${value})`,
  };
}

/** The sizes to choose from around one that the network has. */
function around(own: number, candidates: number[]): { values: number[]; neutral: number } {
  const values = [...new Set([...candidates, own])].sort((a, b) => a - b);
  return { values, neutral: values.indexOf(own) };
}

const FRAMES = [1, 2, 4, 6, 8, 10, 13, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128];
const SIZES = [
  64, 80, 96, 112, 128, 144, 160, 182, 192, 208, 224, 240, 256, 288, 312, 320, 356, 384, 448, 512,
];

function readable(value: number): string {
  const units: [number, string][] = [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ];
  const [scale, unit] = units.find(([scale]) => value >= scale) ?? [1, ""];
  return `${Number((value / scale).toPrecision(3))}${unit}`;
}

/** Budgets from a tenth of what the network costs to four times that, in steps that look equal. */
function budgets(macs: number): number[] {
  return Array.from({ length: 33 }, (_, step) => Number((macs * 0.1 * 40 ** (step / 32)).toPrecision(2)));
}

/** The sliders that a network can have: frames and a size only where its input does. */
function slidersOf(look: Look, axis: string): Slider[] {
  const shapes = Object.values(look.base.inputs);
  const clip = shapes.find((shape) => shape.length === 4);
  const image = shapes.find((shape) => shape.length >= 3);
  const found = [
    factor("depth", "depth", "blocks are repeated as many times as often", "stretch"),
    factor("width", "width", "channels are multiplied", "widen"),
  ];
  const [, frames = 0] = clip ?? [];
  if (clip)
    found.push({
      id: "frames",
      label: "frames",
      about: "the frames of a clip",
      ...around(frames, FRAMES),
      shown: String,
      transform: (value) => `lengthen(frames = ${value})`,
    });
  const size = image?.at(-1) ?? 0;
  if (image)
    found.push({
      id: "size",
      label: "size",
      about: "the height and width of a frame",
      ...around(size, SIZES),
      shown: String,
      transform: (value) => `resize(size = ${value})`,
    });
  const values = [...budgets(look.base.macs), Infinity];
  found.push({
    id: "budget",
    label: "budget",
    about: `at most so many MACs: the network is made smaller along its ${axis}`,
    values,
    neutral: values.length - 1,
    shown: (value) => (value === Infinity ? "none" : `${readable(value)} MACs`),
    transform: (value) => `contract(${axis}, macs = ${readable(value)})`,
  });
  return found;
}

/** What the values of the sliders follow from. */
function rangesOf({ network, base }: Look): string {
  return JSON.stringify([network, base.macs, base.inputs]);
}

export interface Listener {
  /** Another change is asked for. */
  changed(): void;
  /** The change becomes a network of the spec. */
  inserted(name: string): void;
  /** The changed network becomes a spec of its own. */
  written(name: string): void;
}

export class ChangeView {
  private network = "";
  private sliders: Slider[] = [];
  /** The steps that are set, by slider; those that are not there are neutral. */
  private readonly set = new Map<string, number>();
  private look: Look | null = null;

  constructor(private readonly listener: Listener) {
    byId("change-reset").addEventListener("click", () => this.reset());
    byId<HTMLSelectElement>("change-axis").addEventListener("change", () => {
      if (this.look) this.draw(this.look);
      if (this.set.has("budget")) listener.changed();
    });
    byId<HTMLFormElement>("change-form").addEventListener("submit", (event) => event.preventDefault());
    byId("change-insert").addEventListener("click", () => listener.inserted(this.name));
    byId("change-write").addEventListener("click", () => listener.written(this.name));
  }

  /** The transforms that are set, in the order in which they are applied. */
  get changes(): string[] {
    return this.sliders.flatMap((slider) => {
      const value = slider.values[this.set.get(slider.id) ?? slider.neutral];
      return this.set.has(slider.id) && value !== undefined ? [slider.transform(value)] : [];
    });
  }

  get name(): string {
    return byId<HTMLInputElement>("change-name").value.trim();
  }

  reset(): void {
    this.set.clear();
    if (this.look) this.draw(this.look);
    this.listener.changed();
  }

  /** Show the sliders of the network that is looked at; those of another one begin anew. */
  show(look: Look): void {
    if (look.network !== this.network) {
      this.set.clear();
      this.network = look.network;
      byId<HTMLInputElement>("change-name").value = `${look.network}_2`;
    }
    // Sliders that are as they were stay: the reader may hold one.
    const isSame = this.look !== null && rangesOf(look) === rangesOf(this.look) && this.sliders.length > 0;
    this.look = look;
    if (!isSame) this.draw(look);
  }

  /** Say what the changes make of the network, or why they cannot be; it is measured only where all is well. */
  say(refused: Diagnostic[], isWell: boolean): void {
    const { changes, look } = this;
    const text = [this.network, ...changes].join(" + ");
    byId("change-text").replaceChildren(h("code", {}, text));
    byId("change-refused").replaceChildren(...inOneLine(refused));
    const isChanged = changes.length > 0 && isWell;
    byId<HTMLButtonElement>("change-insert").disabled = !isChanged;
    byId<HTMLButtonElement>("change-write").disabled = !isWell;
    byId<HTMLButtonElement>("change-reset").disabled = changes.length === 0;
    const times = look ? look.macs / look.base.macs : 1;
    const measured = isWell ? `${times.toPrecision(3)} times the MACs` : "Not measured: there are mistakes.";
    byId("change-times").textContent = changes.length ? measured : "";
  }

  told(answer: string): void {
    byId("change-told").replaceChildren(spoken(answer));
  }

  private draw(look: Look): void {
    const axis = byId<HTMLSelectElement>("change-axis").value;
    this.sliders = slidersOf(look, axis);
    const fields = this.sliders.map((slider) => this.field(slider));
    byId("sliders").replaceChildren(...fields);
  }

  private field(slider: Slider): HTMLElement {
    const step = this.set.get(slider.id) ?? slider.neutral;
    const input = h("input", {
      type: "range",
      id: `slider-${slider.id}`,
      min: "0",
      max: String(slider.values.length - 1),
      value: String(step),
      title: slider.about,
    });
    const output = h("output", { for: input.id });
    const show = () => {
      const place = Number(input.value);
      output.textContent = slider.shown(slider.values[place] ?? 0);
      input.setAttribute("aria-valuetext", output.textContent);
      output.classList.toggle("set", place !== slider.neutral);
    };
    input.addEventListener("input", () => {
      const place = Number(input.value);
      if (place === slider.neutral) this.set.delete(slider.id);
      else this.set.set(slider.id, place);
      show();
      this.listener.changed();
    });
    show();
    return h(
      "div",
      { class: "slider" },
      h("label", { for: input.id, title: slider.about }, slider.label),
      input,
      output,
    );
  }
}
