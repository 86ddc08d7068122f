/** Which mubbles this is. */
import { readFileSync } from "node:fs";
import { packagePath } from "./assets.js";

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packagePath("package.json"), "utf8")) as { version: string };
  return version;
}
