/** `mubbles devices`: what can be listened to, and by which names. */
import { Command } from "commander";
import type { AudioDevice } from "../audio/capture/backend.js";
import { findBackend } from "../audio/capture/backends.js";
import { StdoutSink } from "./sinks.js";
import { table } from "./table.js";

const EXAMPLES = `
Examples:
  mubbles devices
  mubbles devices --json | jq -r '.[] | select(.kind == "loopback").name'
  mubbles listen --mic "USB Microphone" --loopback Speakers

Inputs are for --mic, loopbacks (what an output plays) for --loopback; * marks the default. A device is chosen by its name, a part of
it that no other has, or its id. docs/devices.md tells what there is on which system.

Exit codes: 0 done, 6 the sound system cannot be reached.
`;

const SECTIONS = [
  { kind: "microphone", title: "INPUT" },
  { kind: "loopback", title: "LOOPBACK" },
] as const;

export function devicesCommand(): Command {
  return new Command("devices")
    .summary("list microphones and loopbacks")
    .description("List what can be listened to: inputs, and loopbacks of what outputs play.")
    .option("--json", "as one JSON array")
    .addHelpText("after", EXAMPLES)
    .action(async ({ json }: { json?: true }) => {
      const devices = await (await findBackend()).devices();
      await new StdoutSink().write(
        json ? `${JSON.stringify(devices.map(toJson), null, 2)}\n` : toText(devices),
      );
    });
}

function toJson({ id, name, kind, isDefault, channels, sampleRateHz, backend }: AudioDevice) {
  return { id, name, kind, default: isDefault, channels, sampleRateHz, backend };
}

function toText(devices: readonly AudioDevice[]): string {
  return SECTIONS.map(({ kind, title }) => {
    const ofKind = devices.filter((device) => device.kind === kind);
    const rows = ofKind.map(({ id, name, isDefault, channels, sampleRateHz, backend }) => {
      const format = `${channels} ch, ${sampleRateHz} Hz`;
      return [isDefault ? "*" : "", name, id, format, backend];
    });
    if (rows.length === 0) rows.push(["", "none", "", "", ""]);
    return table([["", title, "ID", "FORMAT", "BACKEND"], ...rows]);
  }).join("\n");
}
