/** Sizes for people, in powers of ten as disks and networks have them. */

/** "75.5 MB", "1.62 GB" */
export function formatBytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
