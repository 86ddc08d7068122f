/** Ids for devices of libraries that only number them: a number is another device's as soon as one is unplugged. */

/** The names, with " #2" and so on where several are the same. */
export function lastingIds(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} #${count}`;
  });
}
