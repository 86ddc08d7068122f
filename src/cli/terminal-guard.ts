/** What must happen to the terminal before the process ends in a way that runs no `finally`: by a signal, or by a stray exception. */
const guards = new Set<() => void>();

/** `giveBack` leaves the terminal as it was; call what this returns once that has been done in good order. */
export function guardTerminal(giveBack: () => void): () => void {
  guards.add(giveBack);
  return () => guards.delete(giveBack);
}

export function giveBackTerminal(): void {
  for (const giveBack of guards) giveBack();
  guards.clear();
}
