/** `mubbles sessions …`: what was recorded: list it, read it, search it, export it, remove it. */
import { Command, Option } from "commander";
import { MubblesError } from "../errors.js";
import { formatClock } from "../output/clock.js";
import { OUTPUT_FORMATS, type OutputFormat } from "../output/formats.js";
import { liveDocument } from "../output/live-document.js";
import { livePlainLine } from "../output/live-plain.js";
import { foldSpaces } from "../output/text.js";
import { expiredSessions } from "../session/retention.js";
import { findSession, listSessions, removeSession } from "../session/session-folders.js";
import { finalsOf, marksOf, readSession } from "../session/session-reader.js";
import { channelNames } from "./load-transcript.js";
import { note } from "./messages.js";
import { choiceOption, nameListOption } from "./option-values.js";
import { durationOption, sizeOption } from "./quantity-options.js";
import { StdoutSink } from "./sinks.js";
import { table } from "./table.js";

const EXAMPLES = `
Examples:
  mubbles sessions list
  mubbles sessions show last
  mubbles sessions search "budget"
  mubbles sessions export last -f srt --speakers me,them > call.srt
  mubbles sessions prune --keep 30d --max-size 20G
  mubbles file last --model small                     the same audio again, by another model

SESSION is a name from the list or its beginning, the path of a folder, or last. Sessions are kept in the folder sessions of
MUBBLES_HOME, or of mubbles in XDG_DATA_HOME (~/.local/share), until they are removed. docs/sessions.md tells what is in them.
`;

export function sessionsCommand(): Command {
  const command = new Command("sessions")
    .summary("list, show, search, export and remove recorded sessions")
    .description("What `mubbles listen` has recorded.")
    .addHelpText("after", EXAMPLES);
  command.command("list").description("List sessions, the newest last.").action(list);
  command
    .command("show")
    .description("Print what was said.")
    .argument("<session>")
    .action(async (name: string) => print((await finals(name)).map(livePlainLine).join("")));
  command
    .command("search")
    .description("Print the lines of all sessions that a text is in; case does not count.")
    .argument("<text>")
    .action(search);
  command
    .command("export")
    .description("Print the text as it was written live, as a document.")
    .argument("<session>")
    .addOption(
      new Option("-f, --output-format <format>", OUTPUT_FORMATS.join(", "))
        .default("srt")
        .argParser(choiceOption("--output-format", OUTPUT_FORMATS)),
    )
    .addOption(
      new Option("--speakers <mic,loopback>", "names for the two channels").argParser(
        nameListOption("--speakers"),
      ),
    )
    .action(exportText);
  command.command("remove").description("Remove sessions.").argument("<session...>").action(remove);
  command
    .command("prune")
    .description("Remove old sessions, and the oldest where all together are too large.")
    .addOption(
      new Option("--keep <time>", "older ones go, for example 30d").argParser(durationOption("--keep")),
    )
    .addOption(new Option("--max-size <size>", "of all, for example 20G").argParser(sizeOption("--max-size")))
    .action(prune);
  return command;
}

async function list(): Promise<void> {
  const rows = [["NAME", "LENGTH", "TEXTS", "MARKS", "SIZE", "BEGINS"]];
  for (const { name, folder, bytes } of await listSessions()) {
    const session = await readSession(folder).catch(() => undefined);
    const texts = session === undefined ? [] : finalsOf(session);
    const begin = foldSpaces(texts.find(({ text }) => text.trim() !== "")?.text ?? "");
    rows.push([
      name,
      session === undefined ? "unreadable" : formatClock(session.durationSeconds),
      String(texts.length),
      session === undefined ? "" : String(marksOf(session).length),
      `${(bytes / 1e6).toFixed(1)} MB`,
      begin.length > 50 ? `${begin.slice(0, 49)}…` : begin,
    ]);
  }
  await print(table(rows));
}

async function search(text: string): Promise<void> {
  const wanted = foldSpaces(text).toLowerCase();
  for (const { name, folder } of await listSessions()) {
    const session = await readSession(folder).catch(() => undefined);
    const found = session === undefined ? [] : finalsOf(session);
    for (const final of found) {
      if (foldSpaces(final.text).toLowerCase().includes(wanted))
        await print(`${name} ${livePlainLine(final)}`);
    }
  }
}

async function exportText(
  name: string,
  { outputFormat, speakers = [] }: { outputFormat: OutputFormat; speakers?: readonly string[] },
): Promise<void> {
  await print(liveDocument(await finals(name), outputFormat, channelNames(speakers)));
}

async function remove(names: readonly string[]): Promise<void> {
  const folders = await Promise.all(names.map(findSession));
  for (const folder of new Set(folders)) {
    await removeSession(folder);
    note(`removed ${folder}`);
  }
}

async function prune({ keep, maxSize }: { keep?: number; maxSize?: number }): Promise<void> {
  if (keep === undefined && maxSize === undefined) {
    throw new MubblesError("USAGE", { where: "prune", detail: "give --keep, --max-size or both" });
  }
  const rules = { keepSeconds: keep, maxBytes: maxSize };
  for (const { folder } of expiredSessions(await listSessions(), rules, Date.now())) {
    await removeSession(folder);
    note(`removed ${folder}`);
  }
}

async function finals(name: string) {
  return finalsOf(await readSession(await findSession(name)));
}

async function print(text: string): Promise<void> {
  await new StdoutSink().write(text);
}
