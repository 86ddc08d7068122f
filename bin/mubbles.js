#!/usr/bin/env -S MALLOC_TRIM_THRESHOLD_=131072 node --optimize-for-size --v8-pool-size=1 --max-semi-space-size=2 --max-old-space-size=1024
// Starts the built program. Everything that can go wrong before dist/ runs is said here in a sentence.
import { existsSync } from "node:fs";

const OLDEST_NODE = "20.18.1";
const program = new URL("../dist/cli/main.js", import.meta.url);

function isOlder(version, than) {
  return version.localeCompare(than, "en", { numeric: true }) < 0;
}

function refuse(sentence, hint) {
  process.stderr.write(`mubbles: USAGE: ${sentence}\n  ${hint}\n`);
  process.exitCode = 2;
}

if (isOlder(process.versions.node, OLDEST_NODE)) {
  refuse(
    `Node.js ${OLDEST_NODE} or newer is needed, this is ${process.versions.node}`,
    "install a newer Node.js, then run the same command again",
  );
} else if (!existsSync(program)) {
  refuse("mubbles is not built yet: dist/ is missing", "run `npm run build` in the folder of mubbles");
} else {
  const { main } = await import(program.href);
  await main(process.argv);
}
