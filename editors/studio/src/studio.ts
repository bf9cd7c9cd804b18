// The studio: a text goes to the server, and what comes back goes to each part of the page.

import { ask, Gone, Paced } from "./ask";
import { ChangeView } from "./change";
import { chosen, onChoice, showInputs, showNetworks, showRefusedInput } from "./choices";
import { showClaims, showJudging } from "./claims";
import { showDiff } from "./diff";
import { FileOnDisk } from "./disk";
import { byId } from "./dom";
import { Editor } from "./editor";
import { Files } from "./files";
import { Findings } from "./findings";
import { hasNotice, notice, Tabs, withdraw } from "./layout";
import { ModuleView } from "./module";
import { PictureView } from "./picture";
import { type Analysis, type Asked, type File, isMistaken, type Known } from "./protocol";
import { Shown } from "./shown";
import { TableView } from "./table";
import { TotalsView } from "./totals";

/** Milliseconds of a pause after which a text is analysed, and judged. */
const PAUSE = 90;
const LONGEST = 2500;
const JUDGING = 700;

/** Milliseconds of an analysis beyond which words are not proposed. */
const SLOW = 1000;

const MANY = 20_000;

export class Studio {
  private readonly editor: Editor;
  private readonly files: Files;
  private readonly disk: FileOnDisk;
  private readonly findings: Findings;
  private readonly picture: PictureView;
  private readonly table: TableView;
  private readonly totals = new TotalsView();
  private readonly shown: Shown;
  private readonly change: ChangeView;
  private readonly module = new ModuleView();
  private readonly tabs: Tabs;

  private readonly analysing = new Paced(() => this.analyse());
  private readonly judging = new Paced(() => this.judge());
  private readonly following = new Paced(() => this.follow());

  private network: string | null;
  private known: Known[] = [];
  /** The paths of what is turned in the picture: opened, or folded. */
  private readonly turned = new Set<string>();
  private pause = PAUSE;

  constructor(file: File) {
    const asked = (name: string, line: number) => void this.files.goTo(name, line);
    const pointed = (name: string, lines: number[]) => this.point(name, lines);
    this.network = file.network;
    this.editor = new Editor(byId("editor"), file.name, file.text, {
      changed: () => this.textChanged(),
      moved: (name, line) => this.mark(name, line),
      opened: () => this.opened(),
      isSmall: () => this.pause < SLOW,
    });
    this.files = new Files(this.editor);
    this.disk = new FileOnDisk(file, {
      text: () => this.editor.text,
      replaced: (text) => this.editor.replace(text),
      saved: () => this.saved(),
    });
    this.findings = new Findings(this.editor, asked);
    this.picture = new PictureView({ asked, pointed, turned: (path) => this.turn([path]) });
    this.table = new TableView({ asked, pointed });
    this.shown = new Shown(this.editor, this.picture);
    this.change = new ChangeView({
      changed: () => this.ask(),
      inserted: (name) => this.insert(name),
      written: (name) => void this.write(name),
    });
    this.tabs = new Tabs(byId("tabs"), () => this.following.soon(0));
    this.tabs.suit(window.matchMedia("(min-width: 1101px)"), "costs", "picture");
    this.listen();
    this.analysing.soon(0);
  }

  private listen(): void {
    onChoice("network", (value) => {
      this.network = value;
      this.turned.clear();
      this.ask();
    });
    for (const id of ["convention", "by", "input"]) onChoice(id, () => this.ask());
    onChoice("target", () => this.following.soon(0));
    const clicks = {
      save: () => void this.disk.save(),
      format: () => void this.format(),
      fold: () => this.turn(this.picture.opened),
      unfold: () => this.turn([...this.turned]),
    };
    for (const [id, act] of Object.entries(clicks)) byId(id).addEventListener("click", act);
    window.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
      event.preventDefault();
      void this.disk.save();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.disk.isChanged) event.preventDefault();
    });
  }

  // Questions

  private get asked(): Asked {
    return {
      text: this.editor.text,
      network: this.network,
      changes: this.change.changes,
      input: chosen("input"),
      convention: chosen("convention"),
      by: chosen("by"),
      turned: [...this.turned],
    };
  }

  /** Ask for the network as it is looked at now, whose text has not changed. */
  private ask(): void {
    this.analysing.soon(20);
  }

  private textChanged(): void {
    this.disk.show();
    this.analysing.soon(this.pause);
  }

  private async analyse(): Promise<void> {
    const { asked } = this;
    const busy = window.setTimeout(() => (document.body.dataset.busy = ""), 300);
    const slow = window.setTimeout(() => this.showSlow(), LONGEST);
    await this.tried(async () => this.answered(asked, await ask.analyse(asked)));
    window.clearTimeout(busy);
    window.clearTimeout(slow);
    withdraw("slow");
    delete document.body.dataset.busy;
    if (!this.findings.isJudged(asked.text)) this.judging.soon(JUDGING);
    this.following.soon(0);
  }

  private async judge(): Promise<void> {
    const { text } = this.editor;
    showJudging("measuring …");
    await this.tried(async () => {
      const judged = await ask.judge(text);
      showJudging(isMistaken(judged) ? (judged.mistakes[0]?.message ?? "") : "");
      // Ended for another text: that of this page comes with the next question.
      if (isMistaken(judged) || judged.ended || text !== this.editor.text) return;
      showClaims(judged.report);
      this.findings.judged(text, judged.diagnostics);
    });
  }

  /** Ask for what the panel that is shown needs beyond the analysis. */
  private async follow(): Promise<void> {
    const { asked } = this;
    const { name } = this.tabs;
    if (name !== "diff" && name !== "module") return;
    const panel = byId(`panel-${name}`);
    panel.ariaBusy = "true";
    await this.tried(async () => {
      if (name === "module") this.module.show(await ask.module(asked, chosen("target")));
      else showDiff(await ask.diff(asked), (file, line) => void this.files.goTo(file, line));
    });
    panel.ariaBusy = "false";
  }

  /** Do something that asks the server, and say so if that fails. */
  private async tried(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (fault) {
      if (!(fault instanceof Error)) throw fault;
      const stopped = "The studio was stopped. The text in this page is still there: copy it.";
      if (!hasNotice("gone")) notice("gone", fault instanceof Gone ? stopped : fault.message);
    }
  }

  // Answers

  private answered(asked: Asked, answer: Analysis): void {
    const isNow = asked.text === this.editor.text;
    const { look } = answer;
    const isWell = look !== null && look.whole && answer.refused.length === 0;
    withdraw("gone");
    this.known = answer.networks ?? this.known;
    showNetworks(this.known, look);
    if (isNow) this.findings.analysed(answer.diagnostics);
    const refused = showRefusedInput(answer.refused);
    const isTaken = this.shown.takes(look, isWell);
    this.shown.update(look, isWell, isNow, answer.diagnostics);
    if (isTaken) {
      byId("shown").textContent = look.shown;
      showInputs(look);
      this.totals.show(asked, look, asked.text === this.disk.text);
      this.table.show(look);
      this.change.show(look);
      this.markAgain();
    }
    this.change.say(refused, isWell);
    this.pause = Math.min(LONGEST, Math.max(PAUSE, answer.seconds * 1000));
    this.showMany(answer);
  }

  /** The first answer about a large network takes long, and nothing is there to be looked at. */
  private showSlow(): void {
    if (!this.shown.look) notice("slow", "The network is large: it takes a while.", {}, false);
  }

  private showMany({ look, seconds }: Analysis): void {
    if (!look || look.operations < MANY) return withdraw("many");
    const count = look.operations.toLocaleString("en");
    const took = `${seconds.toFixed(0)} s`;
    const text = `${look.network} has ${count} operations: what you type shows ${took} after you pause.`;
    notice("many", text, {}, false);
  }

  private saved(): void {
    this.totals.forget();
    this.ask();
  }

  // From one part of the page to another

  private point(file: string, lines: number[]): void {
    this.editor.mark(file, lines);
    if (lines.length) this.table.mark(file, lines[0]!);
    else this.markAgain();
  }

  private mark(file: string, line: number): void {
    this.picture.mark(file, line);
    this.table.mark(file, line);
  }

  private markAgain(): void {
    this.mark(this.editor.shown, this.editor.cursorLine);
  }

  private opened(): void {
    this.files.show();
    this.markAgain();
  }

  private turn(paths: string[]): void {
    for (const path of paths) if (!this.turned.delete(path)) this.turned.add(path);
    this.ask();
  }

  // What is changed, and written

  private insert(name: string): void {
    const base = this.shown.look?.network ?? "";
    if (!/^[A-Za-z_]\w*$/.test(name))
      return this.change.told("The name must be one of the language, such as `wide_2`.");
    if (this.known.some((each) => each.name === name))
      return this.change.told(`There is a network \`${name}\` already.`);
    const space = this.editor.text.endsWith("\n") ? "\n" : "\n\n";
    const derivation = [base, ...this.change.changes].join(" + ");
    this.editor.append(`${space}network ${name} = ${derivation}\n`);
    this.network = name;
    this.change.reset();
    this.change.told(`\`${name}\` is in the text now, and is what you see. It is not saved yet.`);
  }

  private write(name: string): Promise<void> {
    return this.tried(async () => {
      const answer = await ask.write(this.asked, `${name}.arch`);
      const told = isMistaken(answer)
        ? answer.mistakes.map((each) => each.message).join("; ")
        : `Written: \`${answer.path}\`.`;
      this.change.told(told);
    });
  }

  private format(): Promise<void> {
    const { text } = this.editor;
    return this.tried(async () => {
      const answer = await ask.format(text);
      withdraw("format");
      if (isMistaken(answer)) notice("format", "A text with mistakes of syntax cannot be laid out.");
      else if (text === this.editor.text) this.editor.replace(answer.text);
    });
  }
}
