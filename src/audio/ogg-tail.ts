/** An Ogg file declares no length: whether it was cut off shows in its last page. Source: RFC 3533, section 6. */
import { readFilePart } from "./file-part.js";

const PAGE_HEADER_BYTES = 27;
const SEGMENT_COUNT_OFFSET = 26;
/** Header, 255 segment lengths, 255 full segments. */
const MAX_PAGE_BYTES = PAGE_HEADER_BYTES + 255 + 255 * 255;

/** True where the file ends before its last page does. */
export function endsInsidePage(path: string): boolean {
  const tail = readFilePart(path, -MAX_PAGE_BYTES, MAX_PAGE_BYTES);
  const page = tail.subarray(Math.max(0, tail.lastIndexOf("OggS\0", undefined, "latin1")));
  const segments = page[SEGMENT_COUNT_OFFSET];
  if (segments === undefined) return true;
  const lengths = page.subarray(PAGE_HEADER_BYTES, PAGE_HEADER_BYTES + segments);
  const pageBytes = lengths.reduce((sum, length) => sum + length, PAGE_HEADER_BYTES + segments);
  return page.length < pageBytes;
}
