/** Minutes through a server on this machine that speaks the protocol: short and long meetings, and all that can go wrong with it. */
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { asMubblesError } from "../../src/errors.js";
import { ChatClient } from "../../src/summary/chat-client.js";
import { type SummaryEvent, summarise } from "../../src/summary/summarise.js";
import { estimateTokens } from "../../src/summary/transcript-lines.js";
import type { Segment } from "../../src/transcript.js";
import { mulberry32, segment } from "../output/segments.js";
import { beginStream, type ChatRequest, ChatServer, firstMessage, type Mischief } from "./chat-server.js";

const QUICK = { attempts: 3, firstWaitMs: 1, longestWaitMs: 2000 };
const CONTEXT_TOKENS = 4096;

const server = await ChatServer.start();
afterAll(() => server.stop());
beforeEach(() => {
  server.requests.length = 0;
  server.mischief = () => false;
});

const SHORT = [
  segment({ startSeconds: 0, endSeconds: 2, text: " Grüße, 你好.", speaker: "me" }),
  segment({ startSeconds: 63, endSeconds: 65, text: " We ship on Friday.", speaker: "them" }),
];

interface Outcome {
  readonly text: string;
  readonly events: readonly SummaryEvent[];
  readonly code: string;
  readonly message: string;
}

async function ask(
  segments: readonly Segment[],
  { maxSilenceMs = 5000, signal = new AbortController().signal, endpoint = server.endpoint } = {},
): Promise<Outcome> {
  const client = new ChatClient({ endpoint, model: "tiny", key: undefined, maxSilenceMs, rules: QUICK });
  const events: SummaryEvent[] = [];
  const text = () => events.map((event) => (event.type === "text" ? event.text : "")).join("");
  try {
    const options = { contextTokens: CONTEXT_TOKENS, language: undefined };
    for await (const event of summarise(segments, client, options, signal)) events.push(event);
    return { text: text(), events, code: "", message: "" };
  } catch (thrown) {
    const { code, message } = signal.aborted ? { code: "ABORTED", message: "" } : asMubblesError(thrown);
    return { text: text(), events, code, message };
  } finally {
    await client.close();
  }
}

test("a short meeting: one question, and the answer in the pieces in which it came", async () => {
  server.answer = () => "## Summary\n- Grüße, 你好. [0:00]\n- Shipping on Friday. [1:03]\n";
  const { text, events, code } = await ask(SHORT);
  expect(code).toBe("");
  expect(text).toBe("## Summary\n- Grüße, 你好. [0:00]\n- Shipping on Friday. [1:03]\n");
  expect(events.length).toBeGreaterThan(8);
  const [{ model, stream, messages }, ...others] = server.requests as [ChatRequest];
  expect(others).toEqual([]);
  expect({ model, stream }).toEqual({ model: "tiny", stream: true });
  expect(messages.at(-1)?.content).toContain("[0:00] me: Grüße, 你好.\n[1:03] them: We ship on Friday.");
});

test("what a model thinks before it answers is not shown", async () => {
  server.answer = () => "<think>\nThey want minutes.\n</think>\n\n- Friday. [1:03]";
  expect((await ask(SHORT)).text).toBe("- Friday. [1:03]");
});

describe("a meeting of three hours", () => {
  const random = mulberry32(7);
  const words =
    "we should ship the new release on friday unless the tests fail again and nobody knows why".split(" ");
  const meeting = Array.from({ length: 2160 }, (_, i) => {
    const text = Array.from({ length: 14 }, () => words[Math.floor(random() * words.length)]).join(" ");
    const startSeconds = i * 5;
    const speaker = random() < 0.5 ? "me" : "them";
    return segment({ startSeconds, endSeconds: startSeconds + 4, text: ` ${i} ${text}.`, speaker });
  });

  test("every line is read once, no question is longer than the model bears, and the minutes reach to the end", async () => {
    server.answer = ({ messages }) => {
      const asked = messages.at(-1)!.content;
      const times = [...asked.matchAll(/\[((?:\d+:)?\d+:\d\d)\]/g)].map(([, time]) => time!);
      const chosen = [times[0], times[times.length >> 1], times.at(-1)];
      return chosen.map((time) => `- ${"Something was said. ".repeat(12)}[${time}]`).join("\n");
    };
    const { text, code, events } = await ask(meeting);
    expect(code).toBe("");
    for (const { messages, max_tokens } of server.requests) {
      const tokens = estimateTokens(messages.map(({ content }) => content).join("\n")) + max_tokens;
      expect(tokens).toBeLessThanOrEqual(CONTEXT_TOKENS);
    }
    const read = server.requests.flatMap(({ messages }) =>
      [...messages.at(-1)!.content.matchAll(/(?:^\[.*?\] \w+:|\.) (\d+) [a-z]/gm)].map(([, number]) =>
        Number(number),
      ),
    );
    expect(read).toEqual(meeting.map((_, i) => i));
    expect(events.filter(({ type }) => type === "progress").length).toBe(server.requests.length - 1);
    expect(server.requests.some(({ messages }) => messages.at(-1)!.content.includes("shorter"))).toBe(true);
    expect(text).toMatch(/\[0:00\]/);
    expect(text).toMatch(/\[2:59:\d\d\]/);
  });

  test("a part whose answer breaks off is asked for again", async () => {
    server.mischief = (response, number) => {
      if (number !== 2) return false;
      beginStream(response);
      response.write(firstMessage("- half of a"));
      setTimeout(() => response.destroy(), 20);
      return true;
    };
    const { code, text } = await ask(meeting.slice(0, 600));
    expect(code).toBe("");
    expect(text).not.toContain("half of a");
    expect(server.requests[2]).toEqual(server.requests[3]);
  });
});

describe("what goes wrong", () => {
  const status =
    (code: number, body = "", headers = {}): Mischief =>
    (response) => {
      response.writeHead(code, headers).end(body);
      return true;
    };
  const stream =
    (...messages: readonly string[]): Mischief =>
    (response) => {
      beginStream(response);
      response.end(messages.join(""));
      return true;
    };
  const cases: readonly [
    string,
    Mischief,
    { code: string; said: RegExp; requests: number; text?: string },
  ][] = [
    [
      "a model that the server does not have",
      status(404, '{"error":{"message":"model \\"tiny\\" not found"}}'),
      { code: "LLM_FAILED", said: /HTTP 404: model "tiny" not found/, requests: 1 },
    ],
    ["a key that is wrong", status(401, "no"), { code: "LLM_FAILED", said: /HTTP 401: no/, requests: 1 }],
    ["a server that is busy for ever", status(503), { code: "LLM_FAILED", said: /HTTP 503/, requests: 3 }],
    [
      "one that asks to wait for an hour",
      status(429, "", { "retry-after": "3600" }),
      { code: "LLM_FAILED", said: /asks to wait 3600 s/, requests: 1 },
    ],
    [
      "a redirect, which might lead anywhere",
      status(307, "", { location: "http://elsewhere.invalid/v1/chat/completions" }),
      { code: "LLM_FAILED", said: /HTTP 307/, requests: 1 },
    ],
    [
      "an empty answer",
      stream("data: [DONE]\n\n"),
      { code: "LLM_FAILED", said: /empty answer/, requests: 3 },
    ],
    ["what is no JSON", stream("data: {\n\n"), { code: "LLM_FAILED", said: /JSON/, requests: 3 }],
    [
      "an error in the middle of the answer: what was shown stays",
      stream(firstMessage("- Fri"), 'data: {"error":{"message":"out of memory"}}\n\n'),
      { code: "LLM_FAILED", said: /out of memory/, requests: 1, text: "- Fri" },
    ],
    [
      "an answer that just ends",
      stream(firstMessage("- Fri")),
      { code: "LLM_FAILED", said: /broke off/, requests: 1, text: "- Fri" },
    ],
    ["silence before the answer", () => true, { code: "LLM_UNREACHABLE", said: /[Tt]imeout/, requests: 3 }],
    [
      "silence within it",
      (response) => {
        beginStream(response);
        response.write(firstMessage("- Fri"));
        return true;
      },
      { code: "LLM_FAILED", said: /[Tt]imeout/, requests: 1, text: "- Fri" },
    ],
  ];
  test.each(cases)("%s", async (_, mischief, { code, said, requests, text = "" }) => {
    server.mischief = mischief;
    const outcome = await ask(SHORT, { maxSilenceMs: 200 });
    expect(outcome).toMatchObject({ code, text, message: expect.stringMatching(said) });
    expect(server.requests).toHaveLength(requests);
  });

  test("nobody there", async () => {
    const gone = await ChatServer.start();
    const { endpoint } = gone;
    await gone.stop();
    expect(await ask(SHORT, { endpoint })).toMatchObject({
      code: "LLM_UNREACHABLE",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("what passes is waited for", async () => {
    server.mischief = (response, number) =>
      number < 2 && status(number === 0 ? 429 : 500, "", { "retry-after": "0" })(response, number);
    server.answer = () => "- Friday. [1:03]";
    expect(await ask(SHORT)).toMatchObject({ code: "", text: "- Friday. [1:03]" });
    expect(server.requests).toHaveLength(3);
  });

  test("an interrupt ends it at once", async () => {
    const controller = new AbortController();
    server.mischief = (response) => {
      beginStream(response);
      response.write(firstMessage("- Fri"));
      setTimeout(() => controller.abort(), 20);
      return true;
    };
    expect(await ask(SHORT, { signal: controller.signal })).toMatchObject({ code: "ABORTED", text: "- Fri" });
  });

  test("a server that does not stream", async () => {
    server.mischief = (response) => {
      const message = { role: "assistant", content: "- Friday. [1:03]" };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ choices: [{ index: 0, message, finish_reason: "stop" }] }));
      return true;
    };
    expect((await ask(SHORT)).text).toBe("- Friday. [1:03]");
  });
});
