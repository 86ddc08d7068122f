/** `mubbles summarize SESSION|FILE.json`: minutes by a language model that somebody else runs, by default on this machine. */
import { Command, Option } from "commander";
import { MubblesError } from "../errors.js";
import { foldSpaces } from "../output/text.js";
import { ChatClient } from "../summary/chat-client.js";
import { checkEndpoint, isLocalEndpoint } from "../summary/endpoint.js";
import { MIN_CONTEXT_TOKENS, summarise } from "../summary/summarise.js";
import { TimeLinks } from "../summary/time-links.js";
import { listenForInterrupt } from "./interrupt.js";
import { loadTranscript } from "./load-transcript.js";
import { note } from "./messages.js";
import { numberFlag } from "./number-flag.js";
import { nameListOption } from "./option-values.js";
import { createSpinner } from "./progress.js";
import { FileSink, StdoutSink, type TextSink } from "./sinks.js";

/** Where Ollama listens. */
const DEFAULT_ENDPOINT = "http://127.0.0.1:11434/v1";
/** What Ollama gives a model if nobody says otherwise; it cuts off what is more without a word. */
const DEFAULT_CONTEXT_TOKENS = 4096;

const EXAMPLES = `
Examples:
  mubbles summarize last --llm llama3.2                        by Ollama on this machine
  mubbles summarize last --llm qwen3 --context 32768 --speakers me,them -o minutes.md
  mubbles report last -o call.html && mubbles summarize last --llm llama3.2 --report call.html > minutes.md
  mubbles summarize talk.json --llm gemma3 --endpoint http://127.0.0.1:8080/v1

The text goes to the server at --endpoint and nowhere else: by default one on this machine. OPENAI_API_KEY is sent along where it is
set. Language models invent, small ones more: every point names its time, and times at which nobody speaks are marked with "?".
docs/summarize.md has more.

Exit codes: 0 done, 2 wrong usage, 3 no such session or no transcript, 5 no answer from the language model, 130 interrupted.
`;

interface SummarizeOptions {
  llm: string;
  endpoint: string;
  context: number;
  timeout: number;
  speakers?: readonly string[];
  language?: string;
  report?: string;
  output?: string;
  quiet?: true;
}

export function summarizeCommand(): Command {
  return new Command("summarize")
    .summary("minutes of a session by a language model")
    .description("Write the minutes of a session, through any server that speaks OpenAI's protocol.")
    .argument("<session>", "a recorded session, or JSON that `mubbles file -f json` wrote")
    .requiredOption("--llm <name>", "the language model, as its server calls it")
    .option("--endpoint <url>", "its server's address", DEFAULT_ENDPOINT)
    .addOption(
      numberFlag("--context <tokens>", "what the model can take in at once", {
        value: DEFAULT_CONTEXT_TOKENS,
        min: MIN_CONTEXT_TOKENS,
        max: 10_000_000,
        whole: true,
      }),
    )
    .addOption(
      numberFlag("--timeout <seconds>", "longest silence of the server", {
        value: 300,
        min: 1,
        max: 86_400,
      }),
    )
    .addOption(
      new Option("--speakers <mic,loopback>", "names for the two channels").argParser(
        nameListOption("--speakers"),
      ),
    )
    .option("--language <name>", "to write in, such as English (default: that of the transcript)")
    .option("--report <file>", "times become links into this report (`mubbles report`)")
    .option("-o, --output <file>", "write there instead of to standard output")
    .option("--quiet", "nothing on standard error but errors")
    .addHelpText("after", EXAMPLES)
    .action(summarize);
}

async function summarize(name: string, options: SummarizeOptions): Promise<void> {
  const { llm, endpoint, context, timeout, speakers = [], language, report, output, quiet } = options;
  checkEndpoint(endpoint);
  const { title, segments } = await loadTranscript(name, speakers);
  if (segments.length === 0)
    throw new MubblesError("TRANSCRIPT_UNREADABLE", { where: name, detail: "nothing is said in it" });
  if (!isLocalEndpoint(endpoint)) note(`the text of ${title} leaves this machine: it goes to ${endpoint}`);
  const client = new ChatClient({
    endpoint,
    model: llm,
    key: process.env.OPENAI_API_KEY || undefined,
    maxSilenceMs: timeout * 1000,
  });
  const interrupt = listenForInterrupt();
  const spinner = quiet ? undefined : createSpinner();
  const sink: TextSink = output === undefined ? new StdoutSink() : new FileSink(output);
  const links = new TimeLinks(segments, report === undefined ? undefined : encodeURI(report));
  spinner?.start(`asking ${llm}`);
  try {
    const events = summarise(segments, client, { contextTokens: context, language }, interrupt.signal);
    for await (const event of events) {
      if (event.type === "progress") {
        if (spinner)
          spinner.text = `asking ${llm}: ${event.question} of at least ${event.ofAtLeast} questions`;
        continue;
      }
      spinner?.stop();
      if (!(await sink.write(links.push(event.text)))) return;
    }
    await sink.write(`${links.end()}\n\n${footer(llm, title)}\n`);
  } catch (thrown) {
    spinner?.stop();
    await sink.write(links.end()).catch(() => {});
    throw interrupt.signal.aborted ? new MubblesError("INTERRUPTED") : thrown;
  } finally {
    spinner?.stop();
    await sink.close();
    await client.close();
    interrupt.dispose();
  }
  if (!quiet) warn(llm, links, client);
}

function footer(llm: string, title: string): string {
  return `*Written by ${foldSpaces(llm)} from the transcript of ${title}. Language models invent: check a point at its time.*`;
}

function warn(llm: string, { unsupportedPoints, unknownTimes }: TimeLinks, { cutAnswers }: ChatClient): void {
  note(
    `${llm} is a language model: it may have invented some of this, small ones do; check each point at its time`,
  );
  if (unsupportedPoints > 0) note(`${unsupportedPoints} of the points name no time of the session`);
  if (unknownTimes > 0) note(`${unknownTimes} times, marked with "?", are none at which somebody speaks`);
  if (cutAnswers > 0)
    note(`${cutAnswers} answers were cut at their greatest length; a larger --context allows longer ones`);
}
