// The start of the page.

import { ask } from "./ask";
import { byId } from "./dom";
import { areas, movable, notice, themes } from "./layout";
import { isMistaken } from "./protocol";
import { Studio } from "./studio";

function columns(): void {
  const width = (id: string) => () => byId(id).getBoundingClientRect().width;
  movable(byId("line-left"), "text-width", 1, width("text"));
  movable(byId("line-right"), "panel-width", -1, width("panels"));
}

/** The stops of F6: what is chosen, the text, the picture, the panels. */
function stops(): HTMLElement[] {
  const found = ["#network", ".cm-content", "#picture [tabindex='0']", "#tabs [tabindex='0']"];
  return found.flatMap((each) => [...document.querySelectorAll<HTMLElement>(each)].slice(0, 1));
}

function help(): void {
  const dialog = byId<HTMLDialogElement>("help");
  byId("help-open").addEventListener("click", () => dialog.showModal());
  byId("help-close").addEventListener("click", () => dialog.close());
}

async function start(): Promise<void> {
  themes(byId("theme"));
  columns();
  areas(stops);
  help();
  try {
    const file = await ask.file();
    if (isMistaken(file)) return notice("file", file.mistakes.map((each) => each.message).join("; "));
    new Studio(file);
  } catch (fault) {
    notice("gone", fault instanceof Error ? fault.message : String(fault));
  }
}

void start();
