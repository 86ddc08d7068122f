/** `mubbles summarize` as a user runs it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ChatServer } from "../summary/chat-server.js";
import { expectFailure, mubbles, temporaryFolder } from "./mubbles.js";

const folder = temporaryFolder();
const server = await ChatServer.start();
afterAll(() => server.stop());

const TALK = join(folder, "talk.json");
writeFileSync(
  TALK,
  JSON.stringify({
    segments: [
      { start: 0, end: 4, text: " Good morning.", speaker: "me" },
      { start: 63, end: 66, text: " We ship on Friday.", speaker: "them" },
      { start: 70, end: 71, text: " [BLANK_AUDIO]" },
    ],
  }),
);

test("minutes with links into a report; where the text goes is said, and what language models do", async () => {
  const output = join(folder, "minutes.md");
  server.answer = () => "## Decisions\n- Shipping on Friday. [1:03]\n- A bonus for all. [0:45]\n";
  // Not one of the addresses that are surely this machine.
  const endpoint = server.endpoint.replace("127.0.0.1", "0.0.0.0");
  const { exitCode, stdout, stderr } = await mubbles(
    ["summarize", TALK, "--llm", "tiny", "--endpoint", endpoint, "--report", "my call.html", "-o", output],
    { env: { OPENAI_API_KEY: "secret" } },
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
  expect(readFileSync(output, "utf8")).toBe(
    "## Decisions\n- Shipping on Friday. [1:03](my%20call.html#t=63)\n- A bonus for all. [0:45?]\n\n\n" +
      "*Written by tiny from the transcript of talk.json. Language models invent: check a point at its time.*\n",
  );
  expect(stderr).toContain(`the text of talk.json leaves this machine: it goes to ${endpoint}`);
  expect(stderr).toContain("may have invented some of this");
  expect(stderr).toContain("1 of the points name no time");
  expect(stderr).not.toContain("secret");
  expect(server.authorizations).toEqual(["Bearer secret"]);
  expect(JSON.stringify(server.requests[0]?.messages)).not.toContain("BLANK");
});

test("what is no transcript, and a server that is not there", async () => {
  const broken = join(folder, "broken.json");
  writeFileSync(broken, '{"segments":[{"start":0}]}');
  const noServer = ["--llm", "tiny", "--endpoint", "http://127.0.0.1:9/v1"];
  expectFailure(await mubbles(["summarize", broken, ...noServer]), "TRANSCRIPT_UNREADABLE", broken);
  expectFailure(await mubbles(["summarize", TALK, ...noServer]), "LLM_UNREACHABLE", "http://127.0.0.1:9/v1");
});
