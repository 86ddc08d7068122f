/** Models that reason may send that first, between tags: no part of the answer. Pure. */

const OPENING = "<think>";
const CLOSING = "</think>";

export function withoutThoughts(answer: string): string {
  if (!answer.trimStart().startsWith(OPENING)) return answer;
  const end = answer.indexOf(CLOSING);
  return end < 0 ? "" : answer.slice(end + CLOSING.length).trimStart();
}

/** The same of an answer that comes in pieces. */
export async function* withoutThoughtsIn(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  /** What may still be thoughts; undefined once the answer has begun. */
  let held: string | undefined = "";
  for await (const piece of pieces) {
    if (held === undefined) {
      yield piece;
      continue;
    }
    held += piece;
    const begin = held.trimStart();
    const mayThink = begin.startsWith(OPENING) ? !held.includes(CLOSING) : OPENING.startsWith(begin);
    const answer = mayThink ? "" : withoutThoughts(held);
    if (answer === "") continue;
    held = undefined;
    yield answer;
  }
  const rest = withoutThoughts(held ?? "");
  if (rest !== "") yield rest;
}
