/** What a repository of the hub holds, and which of it a Whisper model is made of. */
import { MubblesError } from "../../errors.js";
import { WEIGHTS_FILE, WEIGHTS_INDEX } from "../safetensors.js";
import { parseHash } from "./content-hash.js";
import type { RemoteFile } from "./download-file.js";
import type { HubClient, HubResponse } from "./hub-client.js";
import { Again, type Retrying, retrying } from "./retry.js";

export interface HubRepository {
  readonly repository: string;
  /** The commit that `main` stands for; undefined where the server does not say. */
  readonly commit: string | undefined;
  /** Of the card, as the hub abbreviates it. */
  readonly licence: string | undefined;
  readonly files: readonly RemoteFile[];
}

const MAIN = "main";
const REQUIRED = ["config.json", "tokenizer.json"];
const OPTIONAL = ["generation_config.json"];
const SHARD = /^model-\d{5}-of-\d{5}\.safetensors$/;
/** Weights in CTranslate2's layout, with its list of tokens. */
const CTRANSLATE2 = /^(model\.bin|vocabulary\.(json|txt))$/;

/** MODEL_NOT_FOUND, MODEL_UNSUPPORTED, MODEL_ACCESS_DENIED, DOWNLOAD_FAILED. */
export async function listRepository(
  client: HubClient,
  repository: string,
  how: Retrying,
): Promise<HubRepository> {
  const where = `${client.endpoint}/${repository}`;
  const listed = await fetchJson(client, `/api/models/${repository}/revision/${MAIN}?blobs=true`, how);
  if (!isListing(listed)) return await probeRepository(client, repository, how);
  const names = neededFiles(
    listed.siblings.map(({ rfilename }) => rfilename),
    where,
  );
  const revision = listed.sha ?? MAIN;
  const files = await Promise.all(
    names.map(async (name) => {
      const { size, lfs, blobId } = listed.siblings.find(({ rfilename }) => rfilename === name)!;
      const path = pathOf(repository, revision, name);
      const bytes = lfs?.size ?? size;
      const hash = parseHash(lfs?.sha256 ?? blobId);
      if (bytes !== undefined && hash !== undefined) return { name, path, bytes, hash };
      return (await probeFile(client, name, path, how)) ?? { name, path, bytes, hash };
    }),
  );
  return { repository, commit: listed.sha, licence: licenceOf(listed), files };
}

/** Throws MODEL_UNSUPPORTED where the model cannot be made of what is there. */
export function neededFiles(names: readonly string[], where: string): string[] {
  const has = (name: string) => names.includes(name);
  const shards = names.filter((name) => SHARD.test(name));
  const weights = has(WEIGHTS_FILE)
    ? [WEIGHTS_FILE]
    : has(WEIGHTS_INDEX) && shards.length > 0
      ? [WEIGHTS_INDEX, ...shards]
      : has("model.bin")
        ? names.filter((name) => CTRANSLATE2.test(name))
        : [];
  if (weights.length === 0)
    throw new MubblesError("MODEL_UNSUPPORTED", { where, detail: `it has no ${WEIGHTS_FILE}` });
  const lacking = REQUIRED.find((name) => !has(name));
  if (lacking !== undefined)
    throw new MubblesError("MODEL_UNSUPPORTED", { where, detail: `it has no ${lacking}` });
  // The small ones first: what is no Whisper model shows before gigabytes have come.
  return [...REQUIRED, ...OPTIONAL.filter(has), ...weights];
}

/** For mirrors that serve files and no lists: asks for each file that there may be. */
async function probeRepository(client: HubClient, repository: string, how: Retrying): Promise<HubRepository> {
  const path = (name: string) => pathOf(repository, MAIN, name);
  const where = `${client.endpoint}/${repository}`;
  const candidates = [...REQUIRED, ...OPTIONAL, WEIGHTS_FILE, WEIGHTS_INDEX, "model.bin"];
  const probed = await Promise.all(candidates.map((name) => probeFile(client, name, path(name), how)));
  const found = probed.filter((file) => file !== undefined);
  if (found.length === 0) throw new MubblesError("MODEL_NOT_FOUND", { where, detail: "HTTP 404" });
  if (!found.some(({ name }) => name === WEIGHTS_FILE) && found.some(({ name }) => name === WEIGHTS_INDEX)) {
    const index = await fetchJson(client, path(WEIGHTS_INDEX), how);
    const shards = new Set(
      Object.values((index as { weight_map?: Record<string, string> }).weight_map ?? {}),
    );
    for (const name of [...shards].filter((shard) => SHARD.test(shard))) {
      const shard = await probeFile(client, name, path(name), how);
      if (shard !== undefined) found.push(shard);
    }
  }
  const needed = neededFiles(
    found.map(({ name }) => name),
    where,
  );
  const files = needed.map((needle) => found.find(({ name }) => name === needle)!);
  return { repository, commit: undefined, licence: undefined, files };
}

/** What the headers of a file say; undefined where it is not there. */
async function probeFile(
  client: HubClient,
  name: string,
  path: string,
  how: Retrying,
): Promise<RemoteFile | undefined> {
  const ask = (staysHere: boolean) =>
    retrying(`${client.endpoint}${path}`, how, () =>
      client.request(path, { method: "HEAD", staysHere, signal: how.signal }),
    );
  let response = await ask(true);
  await drop(response);
  const redirects = response.status >= 300 && response.status < 400;
  if (redirects && response.headers["x-linked-etag"] === undefined) {
    response = await ask(false);
    await drop(response);
  }
  const { status, headers } = response;
  if (status === 404) return undefined;
  const linked = headers["x-linked-size"] ?? (redirects ? undefined : headers["content-length"]);
  return {
    name,
    path,
    bytes: linked !== undefined && /^\d+$/.test(linked) && status < 400 ? Number(linked) : undefined,
    hash: parseHash(headers["x-linked-etag"] ?? headers.etag),
  };
}

/** undefined where there is none, or something else. */
async function fetchJson(client: HubClient, path: string, how: Retrying): Promise<unknown> {
  return await retrying(`${client.endpoint}${path}`, how, async () => {
    const response = await client.request(path, { signal: how.signal });
    if (response instanceof Again) return response;
    if (response.status !== 200) {
      await drop(response);
      return undefined;
    }
    let text: string;
    try {
      text = await response.body.text();
    } catch (cause) {
      how.signal.throwIfAborted();
      return new Again("the answer broke off", { cause });
    }
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  });
}

interface Listing {
  readonly sha?: string;
  readonly cardData?: { readonly license?: unknown } | null;
  readonly siblings: readonly {
    readonly rfilename: string;
    readonly size?: number;
    readonly blobId?: string;
    readonly lfs?: { readonly sha256?: string; readonly size?: number };
  }[];
}

/** Cards are written by hand: some name several. */
function licenceOf({ cardData }: Listing): string | undefined {
  const named: readonly unknown[] = [cardData?.license].flat();
  return named.filter((name) => typeof name === "string").join(", ") || undefined;
}

function isListing(value: unknown): value is Listing {
  if (typeof value !== "object" || value === null) return false;
  const { siblings } = value as { siblings?: unknown };
  return Array.isArray(siblings) && siblings.every((entry) => typeof entry?.rfilename === "string");
}

function pathOf(repository: string, revision: string, name: string): string {
  return `/${repository}/resolve/${encodeURIComponent(revision)}/${name}`;
}

async function drop({ body }: HubResponse): Promise<void> {
  await body.dump().catch(() => {});
}
