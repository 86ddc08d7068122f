/** `mubbles report SESSION|MEDIA`: one page of HTML with all that was heard and said. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { Command, Option } from "commander";
import { packagePath } from "../assets.js";
import { OPUS_MEDIA_TYPE } from "../audio/compressed/opus-encoder.js";
import { MubblesError } from "../errors.js";
import type { ReportFacts } from "../output/report/report-data.js";
import {
  audioBlock,
  type PageCode,
  type ReportText,
  reportEnd,
  reportHead,
  spectrumBlock,
} from "../output/report/report-page.js";
import { SPECTRUM_BANDS } from "../pipeline/live/spectrum.js";
import { LINE_COLUMNS, REPORT_STEP_SECONDS, reportAudio } from "../pipeline/report-audio.js";
import { type Interrupt, listenForInterrupt } from "./interrupt.js";
import { note } from "./messages.js";
import { declareMachineOptions, declareModelOptions } from "./model-flags.js";
import { choiceOption, nameListOption } from "./option-values.js";
import { STDIN } from "./outputs.js";
import { Progress } from "./progress.js";
import { type ReportSource, type ReportSourceOptions, reportSource } from "./report-source.js";
import { FileSink, StdoutSink, type TextSink } from "./sinks.js";

const EXAMPLES = `
Examples:
  mubbles report last -o call.html --speakers me,them    what \`mubbles listen\` recorded
  mubbles report talk.mp4 -o talk.html                   a recording, transcribed first
  mubbles report --channels split call.wav > call.html   a speaker on each channel

The page needs nothing beside itself and asks for nothing: it can be opened from the disk, kept and passed on. It holds the audio.
docs/report.md has more.

Exit codes: 0 done, 2 wrong usage, 3 no such session or no audio, 4 partial, 5 model missing or broken, 130 interrupted.
`;

interface ReportOptions extends ReportSourceOptions {
  readonly output?: string;
  readonly audio: boolean;
}

/** Where scripts/build.js puts the page's own code. */
const PAGE_FOLDER = "dist/report-page";

export function reportCommand(): Command {
  const command = new Command("report")
    .summary("a page with audio, text and spectrogram of a session or a recording")
    .description(
      "Write one page of HTML: audio, the transcript with words that light up as they are played, spectrograms.",
    )
    .argument("<session>", "a recorded session, or an audio or video file")
    .option("-o, --output <file>", "write there instead of to standard output")
    .option("--title <text>", "of the page (default: the session's or the file's name)")
    .addOption(
      new Option("--channels <which>", "of a file: mix, or split for one speaker per channel")
        .default("mix")
        .argParser(choiceOption("--channels", ["mix", "split"])),
    )
    .addOption(
      new Option("--speakers <names>", "comma list of the channels' names").argParser(
        nameListOption("--speakers"),
      ),
    )
    .option("--no-audio", "leave the audio out")
    .option("--quiet", "nothing on standard error but warnings and errors");
  declareModelOptions(command);
  declareMachineOptions(command);
  return command.addHelpText("after", EXAMPLES).action(report);
}

async function report(name: string, options: ReportOptions): Promise<void> {
  if (name === STDIN)
    throw new MubblesError("USAGE", { where: STDIN, detail: "the recording is read twice; name a file" });
  if (options.output === undefined && process.stdout.isTTY)
    throw new MubblesError("USAGE", {
      where: "--output",
      detail: "standard output is a terminal; name a file",
    });
  const interrupt = listenForInterrupt();
  const progress = new Progress(process.stderr.isTTY === true && !options.quiet);
  try {
    const source = await reportSource(name, options, progress, interrupt.signal);
    await writeReport(source, options, progress, interrupt);
  } catch (thrown) {
    throw interrupt.signal.aborted ? new MubblesError("INTERRUPTED", { where: name }) : thrown;
  } finally {
    progress.stop();
    interrupt.dispose();
  }
}

async function writeReport(
  source: ReportSource,
  { output, audio: wantsAudio, quiet }: ReportOptions,
  progress: Progress,
  { signal }: Interrupt,
): Promise<void> {
  progress.file({ name: `audio of ${basename(source.input)}`, number: 1, count: 1 });
  const audio = await reportAudio(source.input, {
    channel: source.channel,
    signal,
    onProgress: (position, duration) => progress.update(position, duration),
  });
  progress.stop();
  if (audio.problem !== undefined && wantsAudio) note(`the report has no audio: ${audio.problem}`);
  const facts: ReportFacts = {
    durationSeconds: audio.durationSeconds,
    speakers: audio.channels.map((_, i) => source.speakers[i] ?? `Speaker ${i + 1}`),
    marksSeconds: source.marksSeconds,
    spectrum: { bands: SPECTRUM_BANDS, stepSeconds: REPORT_STEP_SECONDS, lineColumns: LINE_COLUMNS },
  };
  const sink: TextSink = output === undefined ? new StdoutSink() : new FileSink(output);
  try {
    const text: ReportText = { ...source, facts };
    await sink.write(reportHead(text, pageCode()));
    for (const [channel, { spectrumLines }] of audio.channels.entries())
      await sink.write(spectrumBlock(channel, spectrumLines));
    for (const [channel, { opus }] of audio.channels.entries())
      if (opus !== undefined && wantsAudio) await sink.write(audioBlock(channel, OPUS_MEDIA_TYPE, opus));
    await sink.write(reportEnd());
  } finally {
    await sink.close();
  }
  if (!quiet && output !== undefined) note(`wrote ${output}`);
}

function pageCode(): PageCode {
  const read = (name: string) => readFileSync(packagePath(`${PAGE_FOLDER}/${name}`), "utf8");
  return { script: read("page.js"), style: read("page.css") };
}
