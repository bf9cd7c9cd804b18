// The file on disk: whether it is the one in the page, saving it, and what to do if it is another.

import { ask, Gone } from "./ask";
import { byId, shortened } from "./dom";
import { notice, withdraw } from "./layout";
import { type File, isMistaken } from "./protocol";

const LOOK = 2000;

export interface Owner {
  text(): string;
  /** Another text is put into the editor. */
  replaced(text: string): void;
  /** What is in the editor is on disk. */
  saved(): void;
}

export class FileOnDisk {
  /** The text and the digest of the content that the page knows of. */
  text: string;
  private digest: string | null;
  private isSaving = false;

  constructor(
    private readonly file: File,
    private readonly owner: Owner,
  ) {
    this.text = file.text;
    this.digest = file.digest;
    byId("name").textContent = shortened(file.name);
    byId("name").title = file.name;
    if (file.published)
      notice(
        "published",
        `${shortened(file.name)} came with archdsl and is not changed. “Change” writes a spec of your own.`,
        {},
        false,
      );
    byId<HTMLButtonElement>("save").disabled = true;
    window.setInterval(() => void this.look(), LOOK);
    window.addEventListener("focus", () => void this.look());
    this.title(false);
  }

  get isChanged(): boolean {
    return this.owner.text() !== this.text;
  }

  /** Show whether the text is saved. */
  show(): void {
    const { isChanged } = this;
    byId("unsaved").hidden = !isChanged;
    byId<HTMLButtonElement>("save").disabled = !isChanged || this.file.published;
    this.title(isChanged);
  }

  private title(isChanged: boolean): void {
    document.title = `${isChanged ? "● " : ""}${byId("name").textContent} – archdsl studio`;
  }

  async save(): Promise<void> {
    if (this.file.published || this.isSaving || !(this.isChanged || this.digest === null)) return;
    const text = this.owner.text();
    this.isSaving = true;
    try {
      const answer = await ask.save(text, this.file.ending, this.digest);
      if (isMistaken(answer)) {
        const [first] = answer.mistakes;
        if (first?.code === "changed") await this.look();
        else notice("save", first?.message ?? "It could not be saved.");
        return;
      }
      withdraw("save");
      withdraw("disk");
      this.known(text, answer.digest);
      this.owner.saved();
    } catch (fault) {
      notice(
        "save",
        fault instanceof Gone ? "The studio was stopped, so the text is not saved." : String(fault),
      );
    } finally {
      this.isSaving = false;
    }
  }

  private known(text: string, digest: string | null): void {
    this.text = text;
    this.digest = digest;
    this.show();
  }

  /** Look whether another program has changed the file. */
  private async look(): Promise<void> {
    if (document.visibilityState === "hidden" || this.isSaving) return;
    let digest: string | null;
    try {
      ({ digest } = await ask.state());
    } catch {
      return; // the next question will tell
    }
    if (digest === this.digest || this.isSaving) return;
    if (digest === null) return this.deleted();
    const found = await ask.file().catch(() => null);
    if (!found || isMistaken(found)) return;
    if (!this.isChanged || found.text === this.owner.text()) return this.load(found);
    const name = byId("name").textContent;
    notice("disk", `${name} was changed by another program, and you have changes too.`, {
      "Load that file": () => this.load(found),
      "Keep mine": () => this.known(found.text, found.digest),
    });
  }

  private load(found: File): void {
    this.known(found.text, found.digest);
    this.owner.replaced(found.text);
    this.show();
    this.owner.saved();
  }

  private deleted(): void {
    if (this.digest === null) return;
    this.digest = null;
    const name = byId("name").textContent;
    notice("disk", `${name} was deleted. Its text is still in this page.`, {
      "Save it again": () => void this.save(),
    });
  }
}
