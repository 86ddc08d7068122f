// Compiles src/ to dist/ and bundles the code of the report's page, Ink, and what the engine runs. Runs on `npm ci` too (the `prepare`
// script), so it must need nothing but Node and npm packages.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(`${root}/dist`, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", root], { stdio: "inherit" });

// src/tui/ink.ts says why. React stays outside: the views share it.
const ink = `${root}/dist/tui/ink.js`;
await build({
  input: ink,
  platform: "node",
  external: /^react($|\/)|^\.\/devtools\.js$/,
  plugins: [withoutInksDevelopment()],
  transform: { define: { "process.env.NODE_ENV": '"production"' } },
  output: { file: ink, format: "esm", codeSplitting: false },
});

// The engine's process as a few files, not sixty: it is there 25 ms sooner. They lie in dist/ itself, where src/assets.ts finds the rest from.
const engine = ["engine-worker", "encoder-worker"];
await build({
  input: Object.fromEntries(engine.map((name) => [name, `${root}/dist/model/${name}.js`])),
  platform: "node",
  external: /^onnxruntime-node$/,
  output: { dir: `${root}/dist`, format: "esm", chunkFileNames: "engine-[name].js" },
});

const page = `${root}/src/output/report/page`;
mkdirSync(`${root}/dist/report-page`, { recursive: true });
await build({
  input: `${page}/main.ts`,
  output: { file: `${root}/dist/report-page/page.js`, format: "iife", minify: true },
});
copyFileSync(`${page}/page.css`, `${root}/dist/report-page/page.css`);
process.exit(status ?? 1);

/** Where the environment says DEV=true, Ink looks for files that do not lie beside a bundle, and for a program that shows React's insides. */
function withoutInksDevelopment() {
  const utils = "\0ink/build/utils.js";
  return {
    name: "without Ink's development mode",
    resolveId: (/** @type {string} */ source, /** @type {string | undefined} */ importer) =>
      source === "./utils.js" && /[\\/]ink[\\/]build[\\/]/.test(importer ?? "") ? utils : undefined,
    load: (/** @type {string} */ id) => (id === utils ? "export const isDev = () => false;" : undefined),
  };
}
