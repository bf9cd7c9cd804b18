// The PyTorch module that the text would be compiled to.

import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { byId, h } from "./dom";
import { readingPython } from "./extensions";
import { inOneLine } from "./problems";
import { isMistaken, type Mistakes } from "./protocol";

export class ModuleView {
  private view: EditorView | null = null;
  private text = "";

  constructor() {
    byId("module-copy").addEventListener("click", () => void this.copy());
  }

  show(answer: { text: string } | Mistakes): void {
    const place = byId("module");
    if (isMistaken(answer)) {
      this.view?.destroy();
      this.view = null;
      place.replaceChildren(
        h("p", { class: "quiet" }, "There is no module of it."),
        ...inOneLine(answer.mistakes),
      );
      return;
    }
    if (this.view && this.text === answer.text) return;
    this.text = answer.text;
    const top = this.view?.scrollDOM.scrollTop ?? 0;
    const state = EditorState.create({ doc: answer.text, extensions: readingPython() });
    if (this.view) this.view.setState(state);
    else {
      place.replaceChildren();
      this.view = new EditorView({ parent: place, state });
    }
    this.view.scrollDOM.scrollTop = top;
  }

  private async copy(): Promise<void> {
    const button = byId("module-copy");
    try {
      await navigator.clipboard.writeText(this.text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "The browser does not let it be copied";
    }
    window.setTimeout(() => (button.textContent = "Copy"), 1500);
  }
}
