/** Where the files live that ship beside the code: models/, native/pkg. Works from dist/ and, under vitest, from src/. */
import { fileURLToPath } from "node:url";

const packageRoot = fileURLToPath(new URL("..", import.meta.url));

export function packagePath(relative: string): string {
  return `${packageRoot}${relative}`;
}

/**
 * The built file of a worker thread, named by its path below dist without ending ("audio/node-av-worker").
 * Under vitest this module is TypeScript in src/, but a worker always runs what the build made.
 */
export function workerUrl(name: string): URL {
  return new URL(`../dist/${name}.js`, import.meta.url);
}
