import { expect, test } from "vitest";
import type { FinalEvent } from "../../src/live-events.js";
import { liveDocument } from "../../src/output/live-document.js";
import { final } from "../tui/conversation.js";

// Texts are final in another order than they were spoken in.
const FINALS = [final(1, "loopback", " Yes.", 4), final(0, "mic", " Are you there?", 1)] as FinalEvent[];

test("both channels by time, each a speaker", () => {
  const { segments } = JSON.parse(liveDocument(FINALS, "json"));
  expect(segments.map(({ speaker, text }: { speaker: string; text: string }) => [speaker, text])).toEqual([
    ["mic", " Are you there?"],
    ["loopback", " Yes."],
  ]);
});

test("nobody spoke: a document all the same", () => {
  expect(liveDocument([], "srt")).toBe("");
  expect(JSON.parse(liveDocument([], "json")).segments).toEqual([]);
});
