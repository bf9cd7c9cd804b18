// What the server is asked and what it answers: archdsl/studio/asked.py and told.py.

/** A place of a text, in offsets that count whole characters. */
export interface Place {
  file: string;
  from: number;
  to: number;
  line: number;
}

export interface Diagnostic {
  severity: "error" | "warning" | "note";
  code: string;
  message: string;
  labels: (Place & { text: string })[];
  notes: string[];
  help: string | null;
  fix: (Place & { text: string }) | null;
}

export interface Total {
  name: string;
  text: string;
  /** The exact figure, and what it counts. */
  exact: string;
  value: number;
}

/** A part of the network as a line of the table. */
export interface Line {
  name: string;
  kind: string;
  output: string;
  params: string;
  cost: string;
  share: string;
  part: number;
  file: string;
  line: number;
}

export interface Picture {
  svg: string;
  /** The whole name of each file that the picture names. */
  files: Record<string, string>;
}

export type Inputs = Record<string, number[]>;

/** The network that is looked at. */
export interface Look {
  network: string;
  shown: string;
  /** Of a space, all figures are those of its first member. */
  space: boolean;
  whole: boolean;
  operations: number;
  /** The network without changes and at its own input. */
  base: { macs: number; inputs: Inputs; totals: Total[] };
  input: string;
  inputs: Inputs;
  totals: Total[];
  uncounted: string;
  macs: number;
  lines: Line[];
  more: number;
  picture: Picture;
}

export interface Known {
  name: string;
  place: Place;
  space: boolean;
  whole: boolean;
}

export interface Analysis {
  diagnostics: Diagnostic[];
  networks: Known[] | null;
  look: Look | null;
  refused: Diagnostic[];
  seconds: number;
}

export interface Claim {
  network: string;
  metric: string;
  claimed: string;
  measured: string;
  residual: string;
  verdict: string;
}

export interface Space {
  name: string;
  members: string;
  all: boolean;
  reason: string;
  decisions: Record<string, string[]>;
}

export interface Judgement {
  ended?: boolean;
  diagnostics: Diagnostic[];
  report: { written: number; claims: Claim[]; spaces: Space[] } | null;
}

export interface Pair {
  status: "alike" | "resized" | "changed" | "added" | "removed";
  name: string;
  kind: string;
  macs: [string, string];
  params: [string, string];
  changes: string[];
  file: string;
  line: number;
}

export interface Difference {
  equal: boolean;
  verdict: string;
  facts: string[];
  pairs: Pair[];
  more: number;
}

/** A word that can be written; of a snippet, with stops for the cursor. */
export interface Proposal {
  label: string;
  kind: string;
  text: string;
  snippet: string | null;
  /** 0 is what fits best. */
  rank: number;
  /** What it is called in another library, if that was typed. */
  typed: string | null;
}

export interface Said {
  signature: string;
  text: string;
  where: string;
}

/** The file on disk. */
export interface File {
  name: string;
  published: boolean;
  network: string | null;
  text: string;
  ending: string;
  digest: string;
}

/** Why there is no answer. */
export interface Mistakes {
  mistakes: Diagnostic[];
}

/** A text, and how one of its networks is looked at. */
export interface Asked {
  text: string;
  network: string | null;
  changes: string[];
  input: string;
  convention: string;
  by: string;
  turned: string[];
}

export function isMistaken(answer: object): answer is Mistakes {
  return "mistakes" in answer;
}
