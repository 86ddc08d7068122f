/** Byte-level BPE writes bytes as printable characters (GPT-2's bytes_to_unicode): itself where it is one, else 256 and on. */

/** By byte. */
const CHARACTERS: readonly string[] = (() => {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(isPrintable ? byte : next++);
  });
})();

export const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = new Map(
  CHARACTERS.map((character, byte) => [character, byte]),
);

export function charactersOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => CHARACTERS[byte]!).join("");
}
