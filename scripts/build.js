// Compiles src/ to dist/ and bundles the code of the report's page. Runs on `npm ci` too (the `prepare` script), so it must need
// nothing but Node and npm packages.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(`${root}/dist`, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", root], { stdio: "inherit" });

const page = `${root}/src/output/report/page`;
mkdirSync(`${root}/dist/report-page`, { recursive: true });
await build({
  input: `${page}/main.ts`,
  output: { file: `${root}/dist/report-page/page.js`, format: "iife", minify: true },
});
copyFileSync(`${page}/page.css`, `${root}/dist/report-page/page.css`);
process.exit(status ?? 1);
