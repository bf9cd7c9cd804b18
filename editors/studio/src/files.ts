// The files that are open: the spec, and those that it uses, which are read where a box leads to.

import { ask } from "./ask";
import { byId, h, shortened } from "./dom";
import type { Editor } from "./editor";
import { isMistaken } from "./protocol";

export class Files {
  constructor(private readonly editor: Editor) {}

  /** Show a line of a file, which is opened if need be. */
  async goTo(file: string, line: number): Promise<void> {
    if (!this.editor.has(file)) {
      const answer = await ask.source(file).catch(() => null);
      if (!answer || isMistaken(answer)) return;
      this.editor.add(file, answer.text);
    }
    this.editor.open(file);
    this.editor.goTo(line);
  }

  /** Show a tab for each file, once there are several. */
  show(): void {
    const { files, shown, spec } = this.editor;
    byId("files").hidden = files.length < 2;
    byId("files").replaceChildren(...files.map((name) => this.tab(name)));
    byId("reading").hidden = shown === spec;
  }

  private tab(name: string): HTMLElement {
    const isShown = name === this.editor.shown;
    const short = shortened(name);
    const asked = { "aria-pressed": String(isShown), title: name, onclick: () => this.editor.open(name) };
    const open = h("button", { class: "file", ...asked }, short);
    const left = { "aria-label": `Close ${short}`, onclick: () => this.editor.close(name) };
    const close = name !== this.editor.spec && h("button", { class: "close", ...left }, "×");
    return h("span", { class: isShown ? "tab shown" : "tab" }, open, close);
  }
}
