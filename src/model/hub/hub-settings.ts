/** Where the Hugging Face hub is and what may be asked of it, by the variables that its own programs read. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export interface HubSettings {
  /** Base address without a slash at the end. */
  readonly endpoint: string;
  readonly token: string | undefined;
  /** Nothing is to leave this machine. */
  readonly isOffline: boolean;
  /** The hub's own cache: models--owner--name/snapshots/COMMIT. */
  readonly cacheFolder: string;
}

const DEFAULT_ENDPOINT = "https://huggingface.co";

/** Source of the names: huggingface_hub's constants.py. An empty variable is none. */
export function readHubSettings(environment: Readonly<Record<string, string | undefined>>): HubSettings {
  const first = (...names: string[]) => names.map((name) => environment[name]).find((value) => value);
  const cache = first("XDG_CACHE_HOME") ?? join(homedir(), ".cache");
  const home = first("HF_HOME") ?? join(cache, "huggingface");
  return {
    endpoint: (first("HF_ENDPOINT") ?? DEFAULT_ENDPOINT).replace(/\/+$/, ""),
    token: (first("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ?? storedToken(join(home, "token")))?.trim(),
    isOffline: isTrue(first("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")),
    cacheFolder: first("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? join(home, "hub"),
  };
}

/** Where `hf auth login` leaves it. One that cannot be read is none: most of what asks for settings needs no hub. */
function storedToken(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

function isTrue(value: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(value ?? "");
}
