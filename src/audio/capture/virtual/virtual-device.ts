/** Names of virtual devices: recordings and pipes that stand in for a microphone or a loopback. */

export interface VirtualDevice {
  readonly kind: "file" | "stdin";
  /** As openMedia takes it. */
  readonly input: string;
  readonly channel: "mix" | number;
}

/** What is behind the last `#` of `file:PATH#CHANNEL`. */
const CHANNEL_SUFFIX = /#(mix|\d+)$/;

/**
 * `-`, `file:PATH` or `file:PATH#CHANNEL`; undefined for the name of a real device. A path that itself ends like a channel is written
 * with a channel behind it: `file:take#2#mix`.
 */
export function parseVirtualDevice(name: string): VirtualDevice | undefined {
  if (name === "-") return { kind: "stdin", input: "-", channel: "mix" };
  if (!name.startsWith("file:")) return undefined;
  const path = name.slice("file:".length);
  const [suffix = "", channel = "mix"] = CHANNEL_SUFFIX.exec(path) ?? [];
  const input = path.slice(0, path.length - suffix.length);
  return { kind: "file", input, channel: channel === "mix" ? "mix" : Number(channel) };
}
