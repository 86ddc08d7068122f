/** Runs `mubbles listen` and reads its events, each held to the schema. */
import { expect } from "vitest";
import { faultsOf } from "../events-schema.js";
import { mubbles, type Result } from "./mubbles.js";

export interface ListenedEvent {
  readonly type: string;
  readonly atSeconds: number;
  readonly channel?: string;
  readonly utterance?: number;
  readonly start?: number;
  readonly end?: number;
  readonly text?: string;
  readonly words?: readonly { readonly word: string; readonly start: number; readonly end: number }[];
  readonly [field: string]: unknown;
}

/** Quick decoding; what is tested here is not how good the text is. */
export const QUICK = ["--beam-size", "1", "--language", "en"];

export async function listenJson(
  args: readonly string[],
  options: Parameters<typeof mubbles>[1] = {},
): Promise<Result & { readonly events: readonly ListenedEvent[] }> {
  const result = await mubbles(["listen", "--json", ...QUICK, ...args], options);
  return { ...result, events: parseEvents(result.stdout) };
}

export function parseEvents(lines: string): ListenedEvent[] {
  const events = lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  for (const event of events) expect(faultsOf(event), JSON.stringify(event)).toBe("");
  return events;
}

export function textOf(events: readonly ListenedEvent[], type: string, channel: string): string {
  return events
    .filter((event) => event.type === type && event.channel === channel)
    .map(({ text }) => text)
    .join("");
}
