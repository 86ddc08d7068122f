/** Minutes of a meeting by a language model: at once where the transcript fits, else notes of its parts, then the minutes of the notes. */
import type { Segment } from "../transcript.js";
import type { ChatClient, ChatMessage } from "./chat-client.js";
import { condensePrompt, mergePrompt, minutesPrompt, notesPrompt, PROMPT_TOKENS } from "./prompts.js";
import { withoutThoughts, withoutThoughtsIn } from "./thoughts.js";
import { cutToTokens, estimateTokens, splitEvenly, transcriptLines } from "./transcript-lines.js";

export interface SummaryOptions {
  /** What the model can take in, its answer included. */
  readonly contextTokens: number;
  /** The language to write in; undefined: the transcript's. */
  readonly language: string | undefined;
}

export type SummaryEvent =
  /** Before each question whose answer is not shown. */
  | { readonly type: "progress"; readonly question: number; readonly ofAtLeast: number }
  /** A piece of the minutes, Markdown. */
  | { readonly type: "text"; readonly text: string };

const MAX_ANSWER_TOKENS = 2048;
/** Below this there is no room for prompt, answer and text. */
export const MIN_CONTEXT_TOKENS = 2048;

/** Throws LLM_UNREACHABLE, LLM_FAILED; what was yielded before stays. */
export async function* summarise(
  segments: readonly Segment[],
  client: Pick<ChatClient, "stream" | "complete">,
  options: SummaryOptions,
  signal: AbortSignal,
): AsyncGenerator<SummaryEvent> {
  const maxTokens = Math.min(MAX_ANSWER_TOKENS, Math.floor(options.contextTokens / 4));
  const roomTokens = options.contextTokens - maxTokens - PROMPT_TOKENS;
  const complete = async (messages: readonly ChatMessage[]) => {
    const answer = await client.complete({ messages, maxTokens }, signal);
    // Two of them fit at least, so that every round makes them fewer.
    return cutToTokens(withoutThoughts(answer).trim(), Math.floor(roomTokens / 2));
  };
  const parts = splitEvenly(transcriptLines(segments), roomTokens);
  let last = minutesPrompt(joined(parts[0] ?? []), options);
  if (parts.length > 1) {
    let notes: string[] = [];
    for (const [i, part] of parts.entries()) {
      yield { type: "progress", question: i + 1, ofAtLeast: parts.length + 1 };
      notes.push(await complete(notesPrompt(joined(part), { part: i + 1, parts: parts.length }, options)));
    }
    for (let question = parts.length + 1; estimateTokens(joined(notes)) > roomTokens; ) {
      const shorter: string[] = [];
      for (const group of splitEvenly(notes, roomTokens)) {
        yield { type: "progress", question: question++, ofAtLeast: question };
        shorter.push(await complete(condensePrompt(joined(group), options)));
      }
      notes = shorter;
    }
    last = mergePrompt(joined(notes), options);
  }
  for await (const text of withoutThoughtsIn(client.stream({ messages: last, maxTokens }, signal)))
    yield { type: "text", text };
}

function joined(lines: readonly string[]): string {
  return lines.join("\n");
}
