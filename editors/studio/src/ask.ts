// Questions to the server. It answers one text after another, so the page never asks for what
// nobody waits for any more: while one question is open, only the newest is kept.

import type { Analysis, Asked, Difference, File, Judgement, Mistakes, Proposal, Said } from "./protocol";

/** The server does not answer: it has been stopped. */
export class Gone extends Error {}

async function fetched(address: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch {
    throw new Gone("the studio does not answer");
  }
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json();
}

function post(question: string, body: object): Promise<unknown> {
  const headers = { "Content-Type": "application/json" };
  return fetched(question, { method: "POST", headers, body: JSON.stringify(body) });
}

type Answer<T> = Promise<T | Mistakes>;

export const ask = {
  file: () => fetched("file", {}) as Answer<File>,
  state: () => fetched("state", {}) as Promise<{ digest: string | null }>,
  analyse: (asked: Asked) => post("analyse", asked) as Promise<Analysis>,
  judge: (text: string) => post("judge", { text }) as Answer<Judgement>,
  module: (asked: Asked, target: string) => post("module", { ...asked, target }) as Answer<{ text: string }>,
  diff: (asked: Asked) => post("diff", asked) as Answer<Difference>,
  source: (name: string) => post("source", { name }) as Answer<{ text: string }>,
  complete: (text: string, offset: number) =>
    post("complete", { text, offset }) as Answer<{ from: number; proposals: Proposal[] }>,
  explain: (text: string, offset: number) =>
    post("explain", { text, offset }) as Answer<{ from?: number; to?: number; said: Said[] }>,
  format: (text: string) => post("format", { text }) as Answer<{ text: string }>,
  save: (text: string, ending: string, seen: string | null) =>
    post("save", { text, ending, seen }) as Answer<{ digest: string }>,
  write: (asked: Asked, name: string) =>
    post("write", { ...asked, name }) as Answer<{ path: string; warnings: unknown[] }>,
};

/** Runs one task after a pause and never two at once; of those that wait, the last one stays. */
export class Paced {
  private timer: number | undefined;
  private isRunning = false;
  private isWaiting = false;

  constructor(private readonly task: () => Promise<void>) {}

  /** Ask for the task, after some milliseconds without another call. */
  soon(pause: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.now(), pause);
  }

  private async now(): Promise<void> {
    if (this.isRunning) {
      this.isWaiting = true;
      return;
    }
    this.isRunning = true;
    try {
      await this.task();
    } finally {
      this.isRunning = false;
      if (this.isWaiting) {
        this.isWaiting = false;
        this.soon(0);
      }
    }
  }
}
