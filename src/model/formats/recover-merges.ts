/**
 * Merges of a byte-pair encoding that only its tokens are known of. They are numbered in the order in which they were merged: the
 * two parts of a token are what is left of it when all tokens before it have been merged. Pure.
 */

/** `tokens` by number, one character a byte; those that no earlier two make, single bytes among them, have no merge. */
export function recoverMerges(tokens: readonly string[]): [string, string][] {
  const rank = new Map(tokens.map((token, i) => [token, i]));
  return tokens.flatMap((token, own) => {
    const parts = partsBefore(token, own, rank);
    return parts.length === 2 ? [[parts[0]!, parts[1]!] as [string, string]] : [];
  });
}

function partsBefore(token: string, own: number, rank: ReadonlyMap<string, number>): string[] {
  const parts = [...token];
  for (;;) {
    let best = own;
    let at = -1;
    for (let i = 0; i + 1 < parts.length; i++) {
      const merged = rank.get(parts[i]! + parts[i + 1]!) ?? own;
      if (merged < best) [best, at] = [merged, i];
    }
    if (at < 0) return parts;
    parts.splice(at, 2, parts[at]! + parts[at + 1]!);
  }
}
