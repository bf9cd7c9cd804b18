// Builds the page into archdsl/studio/page: the same bytes wherever it is built.
//
// Beside the bundle it writes the licences of what is in it, and a digest of all that it is made
// of, from which a test sees without Node whether the bundle is that of these sources.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const page = join(here, "../../archdsl/studio/page");

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["src/main.ts", "src/studio.css"],
  entryNames: "studio",
  outdir: page,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome111", "firefox115", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
  metafile: true,
});

writeFileSync(join(page, "index.html"), readFileSync(join(here, "src/index.html")));

// Licences

const packages = new Set();
for (const path of Object.keys(metafile.inputs)) {
  const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
  if (found) packages.add(found[1]);
}
const licences = [...packages].sort().map((name) => {
  const { version } = JSON.parse(readFileSync(join(here, "node_modules", name, "package.json")));
  const text = readFileSync(join(here, "node_modules", name, "LICENSE"), "utf8").trim();
  return `${name} ${version}\n\n${text}\n`;
});
const head = "The page of `archdsl studio` has these packages in it, each under its own licence.\n";
writeFileSync(join(page, "licences.txt"), [head, ...licences].join(`\n${"-".repeat(72)}\n\n`));

// What it is made of

const sources = ["build.js", "package.json", "package-lock.json", "tsconfig.json"];
for (const entry of readdirSync(join(here, "src"), { recursive: true, withFileTypes: true }))
  if (entry.isFile())
    sources.push(relative(here, join(entry.parentPath ?? entry.path, entry.name)).replaceAll("\\", "/"));
const digest = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");
const digests = Object.fromEntries(sources.sort().map((name) => [name, digest(join(here, name))]));
writeFileSync(join(page, "sources.json"), `${JSON.stringify(digests, null, 2)}\n`);
