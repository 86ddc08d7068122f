/** The Python environment of the peers, which setup.sh makes and mubbles itself never needs. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const OWN = fileURLToPath(new URL("../../.cache/peers/bin/python", import.meta.url));

/**
 * The interpreter that has faster-whisper and whisper-normalizer. MUBBLES_PEER_PYTHON names another one.
 * @returns {string}
 */
export function peerPython() {
  const path = process.env.MUBBLES_PEER_PYTHON ?? OWN;
  if (!existsSync(path)) {
    throw new Error(
      `no Python environment at ${path}: run \`sh bench/peers/setup.sh\` (see bench/README.md)`,
    );
  }
  return path;
}

/**
 * @param {string} name a script beside this file
 * @returns {string}
 */
export function peerScript(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}
