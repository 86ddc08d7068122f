/** What must happen to the terminal before the process ends in a way that runs no `finally`: by a signal, or by a stray exception. */
type GiveBack = () => Promise<void>;

const guards = new Set<GiveBack>();

/**
 * `giveBack` leaves the terminal as it was, before it waits for anything, and saves what was shown there. Call what this returns once
 * that has been done in good order.
 */
export function guardTerminal(giveBack: GiveBack): () => void {
  guards.add(giveBack);
  return () => guards.delete(giveBack);
}

/** Never rejects: the process ends already, and of something else. Called again it has nothing left to wait for. */
export async function giveBackTerminal(): Promise<void> {
  const all = [...guards];
  guards.clear();
  await Promise.allSettled(all.map((giveBack) => giveBack()));
}
