// The studio: a text goes to the server, and what comes back goes to each part of the page.

import { ask, Gone, Paced } from "./ask";
import { ChangeView } from "./change";
import { showClaims, showJudging } from "./claims";
import { showDiff } from "./diff";
import { byId, h, shortened } from "./dom";
import { Editor } from "./editor";
import { FileOnDisk } from "./disk";
import { hasNotice, notice, Tabs, withdraw } from "./layout";
import { ModuleView } from "./module";
import { offsetsIn } from "./offsets";
import { PictureView } from "./picture";
import { showProblems } from "./problems";
import { type Analysis, type Asked, type Diagnostic, type File, isMistaken, type Known, type Look } from "./protocol";
import { TableView } from "./table";
import { before, type Before, showTotals } from "./totals";

const PAUSE = 90;
const JUDGING = 700;
const MANY = 20_000;
const SLOW = 1000;

/** What tells a diagnostic from others of a text. */
function key_of({ code, message, labels }: Diagnostic): string {
  return [code, message, labels[0]?.file, labels[0]?.from].join("\n");
}

export class Studio {
  private readonly editor: Editor;
  private readonly disk: FileOnDisk;
  private readonly picture: PictureView;
  private readonly table: TableView;
  private readonly change: ChangeView;
  private readonly module = new ModuleView();
  private readonly tabs: Tabs;

  private readonly analysing = new Paced(() => this.analyse());
  private readonly judging = new Paced(() => this.judge());
  private readonly following = new Paced(() => this.follow());

  private network: string | null;
  private readonly turned = new Set<string>();
  private known: Known[] = [];
  private found: Diagnostic[] = [];
  /** The text that was judged last, and what was found in it beyond its analysis. */
  private judged: { text: string; beyond: Diagnostic[] } = { text: "", beyond: [] };
  /** What is shown, and the part of a network with mistakes that could be built. */
  private shown: Look | null = null;
  private partial: Look | null = null;
  private wantsPartial = false;
  /** The totals by network, convention and input: as they are saved, and without changes. */
  private readonly saved = new Map<string, Before>();
  private readonly unchanged = new Map<string, Before>();
  private pause = PAUSE;

  constructor(file: File) {
    const asked = (name: string, line: number) => void this.goTo(name, line);
    const pointed = (name: string, lines: number[]) => this.point(name, lines);
    this.network = file.network;
    this.disk = new FileOnDisk(file, {
      text: () => this.editor.text,
      replaced: (text) => this.editor.replace(text),
      saved: () => this.wasSaved(),
    });
    this.editor = new Editor(byId("editor"), file.name, file.text, {
      changed: () => this.textChanged(),
      moved: (name, line) => this.moved(name, line),
      opened: () => this.showFiles(),
      isSmall: () => this.pause < SLOW,
    });
    this.picture = new PictureView({ asked, pointed, turned: (path) => this.turn([path]) });
    this.table = new TableView({ asked, pointed });
    this.change = new ChangeView({
      changed: () => this.ask(),
      inserted: (name) => this.insert(name),
      written: (name) => void this.write(name),
    });
    this.tabs = new Tabs(byId("tabs"), () => this.following.soon(0));
    const wide = window.matchMedia("(min-width: 1101px)");
    const suit = () => this.tabs.choose(wide.matches ? "costs" : "picture");
    wide.addEventListener("change", suit);
    suit();
    this.listen();
    this.showFiles();
    this.analysing.soon(0);
  }

  private listen(): void {
    const select = (id: string, act: (value: string) => void) =>
      byId<HTMLSelectElement>(id).addEventListener("change", (event) => act((event.target as HTMLSelectElement).value));
    select("network", (value) => {
      this.network = value;
      this.turned.clear();
      this.ask();
    });
    select("convention", () => this.ask());
    select("by", () => this.ask());
    select("target", () => this.following.soon(0));
    byId("input").addEventListener("change", () => this.ask());
    byId("save").addEventListener("click", () => void this.disk.save());
    byId("format").addEventListener("click", () => void this.format());
    byId("fold").addEventListener("click", () => this.turn(this.picture.opened));
    byId("unfold").addEventListener("click", () => {
      this.turned.clear();
      this.ask();
    });
    byId("partial").addEventListener("click", () => {
      this.wantsPartial = !this.wantsPartial;
      this.showStale(false, false);
    });
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
      input: byId<HTMLInputElement>("input").value,
      convention: byId<HTMLSelectElement>("convention").value,
      by: byId<HTMLSelectElement>("by").value,
      turned: [...this.turned],
    };
  }

  /** Ask for the network as it is looked at now, whose text has not changed. */
  private ask(): void {
    this.analysing.soon(20);
  }

  private textChanged(): void {
    this.disk.show();
    byId("claims").classList.add("old");
    this.analysing.soon(this.pause);
  }

  private async analyse(): Promise<void> {
    const { asked } = this;
    const busy = window.setTimeout(() => (document.body.dataset.busy = ""), 300);
    const slow = window.setTimeout(() => this.showSlow(), 2500);
    try {
      this.answered(asked, await ask.analyse(asked));
      if (asked.text !== this.judged.text) this.judging.soon(JUDGING);
      this.following.soon(0);
    } catch (fault) {
      this.failed(fault);
    } finally {
      window.clearTimeout(busy);
      window.clearTimeout(slow);
      withdraw("slow");
      delete document.body.dataset.busy;
    }
  }

  private async judge(): Promise<void> {
    const { text } = this.editor;
    showJudging("measuring …");
    try {
      const judged = await ask.judge(text);
      if (isMistaken(judged)) {
        showClaims(null);
        showJudging(judged.mistakes[0]?.message ?? "");
        return;
      }
      // Ended for another text: that of this page comes with the next question.
      if (judged.ended || text !== this.editor.text) return showJudging("");
      byId("claims").classList.remove("old");
      showClaims(judged.report);
      showJudging("");
      const known = new Set(this.found.map(key_of));
      this.judged = { text, beyond: judged.diagnostics.filter((each) => !known.has(key_of(each))) };
      this.diagnose(this.found);
    } catch (fault) {
      this.failed(fault);
    }
  }

  /** Ask for what the panel that is shown needs beyond the analysis. */
  private async follow(): Promise<void> {
    const { asked } = this;
    const { name } = this.tabs;
    if (name !== "diff" && name !== "module") return;
    const panel = byId(`panel-${name}`);
    panel.ariaBusy = "true";
    try {
      if (name === "diff") showDiff(await ask.diff(asked), (file, line) => void this.goTo(file, line));
      if (name === "module") this.module.show(await ask.module(asked, byId<HTMLSelectElement>("target").value));
    } catch (fault) {
      this.failed(fault);
    } finally {
      panel.ariaBusy = "false";
    }
  }

  private failed(fault: unknown): void {
    if (!(fault instanceof Error)) throw fault;
    const text = fault instanceof Gone ? "The studio was stopped. The text in this page is still there: copy it." : fault.message;
    if (!hasNotice("gone")) notice("gone", text);
  }

  // Answers

  private answered(asked: Asked, answer: Analysis): void {
    const isNow = asked.text === this.editor.text;
    withdraw("gone");
    if (answer.networks) this.showNetworks(answer.networks, answer.look);
    if (isNow) this.diagnose(answer.diagnostics);
    this.showRefused(answer);
    const { look } = answer;
    const isWell = look !== null && look.whole && answer.refused.length === 0;
    this.partial = look && !look.whole ? look : null;
    if (look && (isWell || this.shown === null || (this.shown.network !== look.network && isNow))) this.show(asked, look);
    if (isWell && isNow) this.editor.settled();
    this.showStale(isWell, isNow);
    this.pause = Math.min(2500, Math.max(PAUSE, answer.seconds * 1000));
    this.showMany(answer);
  }

  private show(asked: Asked, look: Look): void {
    this.shown = look;
    const key = [look.network, asked.convention, asked.input].join("\n");
    const totals = before(look.totals);
    if (!asked.changes.length) {
      this.unchanged.set(key, totals);
      if (asked.text === this.disk.text) this.saved.set(key, totals);
    }
    const known = asked.changes.length ? this.unchanged.get(key) : this.saved.get(key);
    showTotals(look.totals, known, asked.changes.length ? `${look.network} as it is` : "what is saved");
    byId("shown").textContent = look.shown;
    byId("first-member").hidden = !look.space;
    byId<HTMLInputElement>("input").placeholder = Object.values(look.base.inputs)
      .map((shape) => shape.join("x"))
      .join("; ");
    this.table.show(look);
    this.picture.show(look.picture);
    this.change.show(look);
    this.mark();
  }

  private showNetworks(known: Known[], look: Look | null): void {
    const select = byId<HTMLSelectElement>("network");
    const names = (listed: Known[]) => listed.map(({ name, space }) => `${name}${space ? " (space)" : ""}`).join("\n");
    if (names(known) !== names(this.known) || !select.options.length) {
      const options = known.map(({ name, space }) => h("option", { value: name }, space ? `${name} (a space)` : name));
      select.replaceChildren(...options);
      this.known = known;
    }
    if (look) select.value = look.network;
  }

  private diagnose(found: Diagnostic[]): void {
    this.found = found;
    const { text, beyond } = this.judged;
    const isJudged = text === this.editor.text;
    this.editor.diagnose(isJudged ? [...found, ...beyond] : found);
    showProblems(found, beyond, isJudged, this.editor.spec, {
      asked: (file, line) => void this.goTo(file, line),
      mended: (fix) => this.mend(fix),
    });
  }

  private showRefused({ refused }: Analysis): void {
    const isOfInput = (each: Diagnostic) => each.labels[0]?.file === "--input" || each.code === "input";
    const [first] = refused.filter(isOfInput);
    byId("input").toggleAttribute("aria-invalid", first !== undefined);
    if (first) notice("input", first.message + (first.help ? `: ${first.help}` : ""));
    else withdraw("input");
    this.change.say(refused.filter((each) => !isOfInput(each)));
  }

  /** Say which parts of what is shown are not of the text that is there. */
  private showStale(isWell: boolean, isNow: boolean): void {
    const lines = isWell && isNow ? new Set<number>() : this.editor.touched(this.found);
    const isOld = !isWell && this.shown !== null && this.shown.whole;
    if (isWell) this.wantsPartial = false;
    const partial = isOld && this.wantsPartial ? this.partial : null;
    if (isOld && this.shown) this.picture.show((partial ?? this.shown).picture);
    this.picture.stale(this.editor.spec, partial ? new Set() : lines);
    document.body.toggleAttribute("data-stale", isOld);
    byId("picture").classList.toggle("partial", partial !== null);
    byId("stale-mark").textContent = partial ? "up to the mistake" : "before the mistake";
    byId("partial").textContent = partial ? "before it" : "up to it";
    byId("partial").hidden = !(isOld && this.partial);
  }

  /** The first answer about a large network takes long, and nothing is there to be looked at. */
  private showSlow(): void {
    if (this.shown === null) notice("slow", "The network is large: it takes a while.", {}, false);
  }

  private showMany({ look, seconds }: Analysis): void {
    if (!look || look.operations < MANY) return withdraw("many");
    const count = look.operations.toLocaleString("en");
    const text = `${look.network} has ${count} operations: what you type shows ${seconds.toFixed(0)} s after you pause.`;
    notice("many", text, {}, false);
  }

  // From one part of the page to another

  private async goTo(file: string, line: number): Promise<void> {
    if (!this.editor.has(file)) {
      const answer = await ask.source(file).catch(() => null);
      if (!answer || isMistaken(answer)) return;
      this.editor.add(file, answer.text);
    }
    this.editor.open(file);
    this.editor.goTo(line);
  }

  private point(file: string, lines: number[]): void {
    this.editor.mark(file, lines);
    if (lines.length) this.table.mark(file, lines[0]!);
    else this.mark();
  }

  private moved(file: string, line: number): void {
    this.picture?.mark(file, line);
    this.table?.mark(file, line);
  }

  private mark(): void {
    const { state } = this.editor.view;
    this.moved(this.editor.shown, state.doc.lineAt(state.selection.main.head).number);
  }

  private turn(paths: string[]): void {
    for (const path of paths) if (!this.turned.delete(path)) this.turned.add(path);
    this.ask();
  }

  private mend(fix: NonNullable<Diagnostic["fix"]>): void {
    const { text } = this.editor;
    const at = offsetsIn(text);
    this.editor.replace(text.slice(0, at(fix.from)) + fix.text + text.slice(at(fix.to)));
  }

  private showFiles(): void {
    const tab = (name: string) => {
      const isShown = name === this.editor.shown;
      const short = shortened(name);
      const open = h("button", { class: "file", "aria-pressed": String(isShown), title: name, onclick: () => this.editor.open(name) }, short);
      const close = h("button", { class: "close", "aria-label": `Close ${short}`, onclick: () => this.editor.close(name) }, "×");
      return h("span", { class: isShown ? "tab shown" : "tab" }, open, name !== this.editor.spec && close);
    };
    const files = byId("files");
    files.hidden = this.editor.files.length < 2;
    files.replaceChildren(...this.editor.files.map(tab));
    byId("reading").hidden = this.editor.shown === this.editor.spec;
    this.mark();
  }

  // What is changed, and written

  private insert(name: string): void {
    const { changes } = this.change;
    const base = this.shown?.network;
    if (!base || !/^[A-Za-z_]\w*$/.test(name)) return this.change.told("The name must be one of the language, such as `wide_2`.");
    if (this.known.some((each) => each.name === name)) return this.change.told(`There is a network \`${name}\` already.`);
    const space = this.editor.text.endsWith("\n") ? "\n" : "\n\n";
    this.editor.append(`${space}network ${name} = ${[base, ...changes].join(" + ")}\n`);
    this.network = name;
    this.change.reset();
    this.change.told(`\`${name}\` is in the text now, and is what you see. It is not saved yet.`);
  }

  private async write(name: string): Promise<void> {
    try {
      const answer = await ask.write(this.asked, `${name}.arch`);
      this.change.told(
        isMistaken(answer) ? answer.mistakes.map((each) => each.message).join("; ") : `Written: \`${answer.path}\`.`,
      );
    } catch (fault) {
      this.failed(fault);
    }
  }

  private async format(): Promise<void> {
    const { text } = this.editor;
    try {
      const answer = await ask.format(text);
      if (isMistaken(answer)) notice("format", "A text with mistakes of syntax cannot be laid out.");
      else if (text === this.editor.text) {
        withdraw("format");
        this.editor.replace(answer.text);
      }
    } catch (fault) {
      this.failed(fault);
    }
  }

  private wasSaved(): void {
    const key = this.shown && [this.shown.network, this.asked.convention, this.asked.input].join("\n");
    this.saved.clear();
    const now = key ? this.unchanged.get(key) : undefined;
    if (key && now) this.saved.set(key, now);
    this.ask();
  }
}
