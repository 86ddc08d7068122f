/** A phrase in a row of words. Pure. */

/**
 * Where the words are that it touches, as [first, behind the last]. Case and accents do not count, and what lies between words is one
 * space, or nothing where a script has none.
 */
export function findPhrase(words: readonly string[], phrase: string): [number, number][] {
  const wanted = fold(phrase).trim();
  if (wanted === "") return [];
  const spaced = findIn(words.map(fold), wanted, " ");
  return spaced.length > 0 ? spaced : findIn(words.map(fold), wanted, "");
}

function findIn(words: readonly string[], wanted: string, between: string): [number, number][] {
  const starts: number[] = [];
  let text = "";
  for (const word of words) {
    starts.push(text.length);
    text += word + between;
  }
  const found: [number, number][] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    const end = at + wanted.length;
    const from = starts.findLastIndex((start) => start <= at);
    const to = starts.findIndex((start) => start >= end);
    found.push([from, to < 0 ? words.length : to]);
  }
  return found;
}

function fold(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll(/\s+/g, " ");
}
