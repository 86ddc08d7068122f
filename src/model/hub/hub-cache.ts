/** The cache that the Hugging Face hub's own programs share: a model that is there needs no download. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { WEIGHTS_FILE, WEIGHTS_INDEX } from "../safetensors.js";

/** Folder of a complete snapshot of a repository, that of its `main` first; undefined where there is none. */
export function findInHubCache(hubCacheFolder: string, repository: string): string | undefined {
  const folder = join(hubCacheFolder, `models--${repository.replace("/", "--")}`);
  const snapshots = join(folder, "snapshots");
  if (!existsSync(snapshots)) return undefined;
  const main = join(folder, "refs", "main");
  const commit = existsSync(main) ? readFileSync(main, "utf8").trim() : undefined;
  const byAge = readdirSync(snapshots).sort(
    (a, b) => statSync(join(snapshots, b)).mtimeMs - statSync(join(snapshots, a)).mtimeMs,
  );
  const candidates = commit === undefined ? byAge : [commit, ...byAge];
  return candidates.map((name) => join(snapshots, name)).find(isComplete);
}

/** Files are links into blobs/, and a link of a broken download leads nowhere: existsSync() follows it. */
function isComplete(snapshot: string): boolean {
  const has = (name: string) => existsSync(join(snapshot, name));
  if (!has("config.json") || !has("tokenizer.json")) return false;
  return has(WEIGHTS_FILE) || has("model.bin") || (has(WEIGHTS_INDEX) && shardsOf(snapshot).every(has));
}

function shardsOf(snapshot: string): string[] {
  try {
    const index = JSON.parse(readFileSync(join(snapshot, WEIGHTS_INDEX), "utf8"));
    return [...new Set(Object.values(index.weight_map as Record<string, string>))];
  } catch {
    return [WEIGHTS_INDEX, "unreadable"];
  }
}
