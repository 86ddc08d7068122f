/** Decoding to the end, and comparing with the recording that every fixture was made from. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { type OpenMediaOptions, openMedia } from "../../src/audio/media.js";
import type { MediaInfo } from "../../src/audio/media-source.js";
import type { MubblesError } from "../../src/errors.js";

export interface Decoded {
  readonly info: MediaInfo;
  readonly samples: Float32Array;
  readonly problems: readonly MubblesError[];
}

export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

export async function decode(path: string, options: Partial<OpenMediaOptions> = {}): Promise<Decoded> {
  const media = await openMedia(path, { channel: "mix", signal: new AbortController().signal, ...options });
  try {
    const chunks: Float32Array[] = [];
    for await (const chunk of media.audio) chunks.push(chunk);
    return { info: media.info, samples: concat(chunks), problems: media.problems };
  } finally {
    await media.close();
  }
}

/** Runs `work` with only one decoder allowed. */
export async function withDecoder<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
  if (name !== undefined) process.env.MUBBLES_DECODER = name;
  try {
    return await work();
  } finally {
    delete process.env.MUBBLES_DECODER;
  }
}

/** A folder that goes when the tests of the file are done; the result writes a file into it and returns its path. */
export function scratchFolder(): (name: string, content: Uint8Array | string) => string {
  const folder = mkdtempSync(join(tmpdir(), "mubbles-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name, content) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
}

/** Normalised correlation at the delay, up to `maxLag` samples, where it is largest. */
export function bestMatch(
  reference: Float32Array,
  samples: Float32Array,
  maxLag: number,
): { correlation: number; lag: number } {
  let best = { correlation: -1, lag: 0 };
  for (let lag = -maxLag; lag <= maxLag; lag++) {
    let product = 0;
    let energy = 0;
    let referenceEnergy = 0;
    for (let i = maxLag; i < reference.length - maxLag; i++) {
      const sample = samples[i + lag] ?? 0;
      const expected = reference[i]!;
      product += expected * sample;
      energy += sample * sample;
      referenceEnergy += expected * expected;
    }
    const correlation = product / Math.sqrt(energy * referenceEnergy || 1);
    if (correlation > best.correlation) best = { correlation, lag };
  }
  return best;
}

export function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

function concat(chunks: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
