// The editor: the spec, and beside it the files that it uses, to be read.

import { type Action, type Diagnostic as Lint, setDiagnostics } from "@codemirror/lint";
import { ChangeSet, EditorState, type Text, Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { editing, markLines, readingSpec } from "./extensions";
import { offsetsIn } from "./offsets";
import type { Diagnostic } from "./protocol";

export interface Listener {
  /** The spec has another text. */
  changed(): void;
  /** The cursor is in another line of a file. */
  moved(file: string, line: number): void;
  /** Another file is shown, or opened. */
  opened(): void;
  /** Whether the text is small enough for words to be proposed and explained. */
  isSmall(): boolean;
}

const SEVERITIES = { error: "error", warning: "warning", note: "info" } as const;

export class Editor {
  readonly view: EditorView;
  private readonly states = new Map<string, EditorState>();
  private current: string;
  private line = 0;
  /** What has changed since the last text that had no mistake. */
  private since: { doc: Text; changes: ChangeSet } | null = null;

  constructor(
    parent: HTMLElement,
    readonly spec: string,
    text: string,
    private readonly listener: Listener,
  ) {
    this.current = spec;
    const extensions = [
      editing(spec, () => listener.isSmall()),
      EditorView.updateListener.of((update) => this.updated(update)),
    ];
    this.view = new EditorView({ parent, state: EditorState.create({ doc: text, extensions }) });
  }

  // Texts

  /** The text of the spec, also while another file is shown. */
  get text(): string {
    return this.specState.doc.toString();
  }

  /** Put another text in, as one change that can be undone; the cursor stays where it can. */
  replace(text: string): void {
    this.open(this.spec);
    const before = this.text;
    let start = 0;
    while (start < before.length && before[start] === text[start]) start++;
    let same = 0;
    const most = Math.min(before.length, text.length) - start;
    while (same < most && before[before.length - 1 - same] === text[text.length - 1 - same]) same++;
    const change = { from: start, to: before.length - same, insert: text.slice(start, text.length - same) };
    this.view.dispatch({ changes: change, annotations: Transaction.userEvent.of("input") });
  }

  /** Add a text at the end, and show it. */
  append(text: string): void {
    this.open(this.spec);
    const end = this.view.state.doc.length;
    this.view.dispatch({
      changes: { from: end, insert: text },
      selection: { anchor: end + text.length },
      scrollIntoView: true,
    });
  }

  private get specState(): EditorState {
    return this.current === this.spec ? this.view.state : this.states.get(this.spec)!;
  }

  // Files

  get files(): string[] {
    return [this.spec, ...[...this.states.keys()].filter((name) => name !== this.spec)];
  }

  get shown(): string {
    return this.current;
  }

  has(file: string): boolean {
    return file === this.spec || this.states.has(file);
  }

  /** Keep a file that the spec uses, to be shown. */
  add(file: string, text: string): void {
    const extensions = [readingSpec(file), EditorView.updateListener.of((update) => this.updated(update))];
    this.states.set(file, EditorState.create({ doc: text, extensions }));
  }

  open(file: string): void {
    if (file === this.current) return;
    const state = this.states.get(file);
    if (!state) return;
    this.states.set(this.current, this.view.state);
    this.current = file;
    this.line = 0;
    this.view.setState(state);
    this.listener.opened();
  }

  close(file: string): void {
    if (file === this.spec) return;
    if (file === this.current) this.open(this.spec);
    this.states.delete(file);
    this.listener.opened();
  }

  // Places

  /** The line of the cursor in the file that is shown. */
  get cursorLine(): number {
    const { doc, selection } = this.view.state;
    return doc.lineAt(selection.main.head).number;
  }

  /** Put the cursor into a line of the file that is shown. */
  goTo(line: number): void {
    const { doc } = this.view.state;
    const at = doc.line(Math.max(1, Math.min(line, doc.lines)));
    const indent = at.text.length - at.text.trimStart().length;
    const effects = EditorView.scrollIntoView(at.from, { y: "center" });
    this.view.dispatch({ selection: { anchor: at.from + indent }, effects });
    this.view.focus();
  }

  /** Mark lines of a file, if it is shown. */
  mark(file: string, lines: number[]): void {
    this.view.dispatch({ effects: markLines.of(file === this.current ? lines : []) });
  }

  // Mistakes

  /** Underline what is found in the spec; it must be of the text that is there now. */
  diagnose(found: Diagnostic[]): void {
    const at = offsetsIn(this.text);
    const lints = found.flatMap((diagnostic) => this.lint(diagnostic, at));
    const spec = setDiagnostics(this.specState, lints);
    if (this.current === this.spec) this.view.dispatch(spec);
    else this.states.set(this.spec, this.specState.update(spec).state);
  }

  private lint(diagnostic: Diagnostic, at: (offset: number) => number): Lint[] {
    const label = diagnostic.labels.find((each) => each.file === this.spec);
    if (!label) return [];
    const { doc } = this.specState;
    let from = at(label.from);
    let to = at(label.to);
    if (from === to) {
      // The end of a line or of the file: the last character is underlined in its place.
      if (from > doc.lineAt(from).from) from--;
      else to = Math.min(doc.length, to + 1);
    }
    const said = [diagnostic.message, label.text, ...diagnostic.notes, diagnostic.help ?? ""];
    return [
      {
        from,
        to,
        severity: SEVERITIES[diagnostic.severity],
        source: diagnostic.code,
        message: said.filter(Boolean).join("\n"),
        actions: this.fixes(diagnostic),
      },
    ];
  }

  private fixes({ fix }: Diagnostic): Action[] {
    if (!fix || fix.file !== this.spec) return [];
    const insert = fix.text;
    return [
      {
        name: `write ${insert}`,
        apply: (view, from, to) => view.dispatch({ changes: { from, to, insert } }),
      },
    ];
  }

  // What has changed since all was well

  /** The text that is there now has no mistake. */
  settled(): void {
    const { doc } = this.specState;
    this.since = { doc, changes: ChangeSet.empty(doc.length) };
  }

  /** The lines, as they were in the last text without a mistake, that have changed since. */
  touched(found: Diagnostic[]): Set<number> {
    const lines = new Set<number>();
    if (!this.since) return lines;
    const { doc, changes } = this.since;
    const add = (from: number, to: number) => {
      const last = doc.lineAt(Math.min(to, doc.length)).number;
      for (let line = doc.lineAt(Math.min(from, doc.length)).number; line <= last; line++) lines.add(line);
    };
    changes.iterChangedRanges((from, to) => add(from, to));
    const back = changes.invertedDesc;
    const at = offsetsIn(this.text);
    for (const { severity, labels } of found) {
      const label = labels.find((each) => each.file === this.spec);
      if (severity !== "error" || !label) continue;
      const place = back.mapPos(Math.min(at(label.from), back.length));
      add(place, place);
    }
    return lines;
  }

  private updated(update: { docChanged: boolean; changes: ChangeSet; state: EditorState }): void {
    if (update.docChanged && this.current === this.spec) {
      if (this.since) this.since.changes = this.since.changes.compose(update.changes);
      this.listener.changed();
    }
    const line = update.state.doc.lineAt(update.state.selection.main.head).number;
    if (line === this.line) return;
    this.line = line;
    this.listener.moved(this.current, line);
  }
}
