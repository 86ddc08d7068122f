import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { liveJsonLine } from "../../src/output/live-json.js";
import { EVENT_TYPES, faultsOf } from "../events-schema.js";
import { FINAL, LIVE_EVENTS } from "./live-events.js";

const EXAMPLES = readFileSync(new URL("../../docs/EVENTS.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("    {"))
  .map((line) => JSON.parse(line));

test("openai/whisper's names, milliseconds, no more decimals than mean something", () => {
  expect(liveJsonLine(FINAL)).toBe(
    [
      '{"type":"final","atSeconds":78.124,"channel":"mic","utterance":3,"start":75.2,"end":77.5,"text":" Good morning.",',
      '"words":[{"word":" Good","start":75.3,"end":75.612,"probability":0.987654},',
      '{"word":" morning.","start":75.612,"end":76.2,"probability":1}],"language":"en","languageProbability":0.99,',
      '"avg_logprob":-0.123457,"no_speech_prob":0,"temperature":0.2,"computeSeconds":0.5}\n',
    ].join(""),
  );
});

test("what is undefined is left out", () => {
  const [session] = LIVE_EVENTS.map((event) => JSON.parse(liveJsonLine(event)));
  expect(session).not.toHaveProperty("previewModel");
  expect(session).toHaveProperty("language", "de");
});

describe("docs/events.schema.json", () => {
  test.each(LIVE_EVENTS.map((event) => [event.type, event] as const))("takes %s", (_, event) => {
    const line = liveJsonLine(event);
    expect(line.endsWith("\n")).toBe(true);
    expect(faultsOf(JSON.parse(line))).toBe("");
  });

  test.each(EXAMPLES.map((example) => [example.type, example]))("takes docs/EVENTS.md's %s", (_, example) =>
    expect(faultsOf(example)).toBe(""),
  );

  test("has an example of each type", () => {
    expect(new Set(EXAMPLES.map(({ type }) => type))).toEqual(new Set(EVENT_TYPES));
  });

  test.each([
    [{ ...EXAMPLES[0], channel: "left" }, "channel"],
    [{ ...EXAMPLES[0], note: "new" }, "additional"],
    [{ ...EXAMPLES[0], start: -1 }, "start"],
    [{ type: "finished", atSeconds: 1 }, "no type of event: finished"],
  ])("refuses %j", (event, fault) => expect(faultsOf(event)).toContain(fault));
});
