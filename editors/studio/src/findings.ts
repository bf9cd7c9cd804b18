// What is found in the text: at once by its analysis, and after a pause by all that is judged.

import { byId } from "./dom";
import type { Editor } from "./editor";
import { offsetsIn } from "./offsets";
import { showProblems } from "./problems";
import type { Diagnostic } from "./protocol";

export class Findings {
  /** What the analysis of the text has found. */
  found: Diagnostic[] = [];
  /** The text that was judged last, and what was found in it beyond its analysis. */
  private judgedText = "";
  private beyond: Diagnostic[] = [];

  constructor(
    private readonly editor: Editor,
    private readonly asked: (file: string, line: number) => void,
  ) {}

  isJudged(text: string): boolean {
    return text === this.judgedText;
  }

  analysed(found: Diagnostic[]): void {
    this.found = found;
    this.show();
  }

  judged(text: string, found: Diagnostic[]): void {
    const known = new Set(this.found.map(keyOf));
    this.judgedText = text;
    this.beyond = found.filter((each) => !known.has(keyOf(each)));
    this.show();
  }

  /** What was judged of an earlier text is still listed, and not underlined. */
  private show(): void {
    const isJudged = this.isJudged(this.editor.text);
    this.editor.diagnose(isJudged ? [...this.found, ...this.beyond] : this.found);
    byId("claims").classList.toggle("old", !isJudged);
    showProblems(this.found, this.beyond, isJudged, this.editor.spec, {
      asked: this.asked,
      mended: (fix) => this.mend(fix),
    });
  }

  private mend(fix: NonNullable<Diagnostic["fix"]>): void {
    const { text } = this.editor;
    const at = offsetsIn(text);
    this.editor.replace(text.slice(0, at(fix.from)) + fix.text + text.slice(at(fix.to)));
  }
}

/** What tells a diagnostic from others of a text. */
function keyOf({ code, message, labels }: Diagnostic): string {
  return [code, message, labels[0]?.file, labels[0]?.from].join("\n");
}
