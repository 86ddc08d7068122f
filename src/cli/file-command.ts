/** `mubbles file MEDIA…`: recordings to subtitles and text. */
import { Command } from "commander";
import { EXIT, MubblesError } from "../errors.js";
import { requireDevice } from "../model/compute-device.js";
import { Engine } from "../model/engine.js";
import { transcribe } from "../pipeline/transcribe.js";
import { withChosenModel } from "./auto-model.js";
import { withDiagnosis } from "./diagnosis.js";
import { diagnosisOptions } from "./diagnosis-flags.js";
import { worseExitCode } from "./exit-code.js";
import { declareFileOptions } from "./file-flags.js";
import { type FileOptions, readFileOptions } from "./file-options.js";
import { type Interrupt, listenForInterrupt, unlessAborted } from "./interrupt.js";
import { note } from "./messages.js";
import { requireModels } from "./models/require-models.js";
import { type PlannedInput, planOutputs, prepareOutputs, STDIN } from "./outputs.js";
import { Progress } from "./progress.js";
import { sessionSpeakers, withSessionFolders } from "./session-inputs.js";
import { type Transcriber, transcribeFile } from "./transcribe-file.js";

const EXAMPLES = `
Examples:
  mubbles file meeting.mp4 > meeting.srt             subtitles on standard output
  mubbles file -f srt,txt -o out *.mp3               out/NAME.srt and out/NAME.txt for each
  mubbles file -l German --task translate rede.ogg   German speech as English subtitles
  mubbles file last --speakers me,them > call.srt    what \`mubbles listen\` recorded, again
  mubbles file -f jsonl talk.wav | jq -r .text       one segment a line, as soon as it is known
  arecord -f S16_LE -r 16000 -t raw | mubbles file --raw s16le:16000:1 -

With one format and no --output-dir the result goes to standard output; of several inputs, one document after
the other. Several formats without --output-dir go to the current folder.

Exit codes: 0 done, 1 a bug in mubbles, 2 wrong usage, 3 an input cannot be read or holds no audio, 4 partial: what
could be decoded was transcribed, 5 model missing, broken or out of memory, 6 device, 130 interrupted.
One input that fails does not stop the others; the gravest code counts.
`;

export function fileCommand(finish: (exitCode: number) => void): Command {
  const command = new Command("file")
    .summary("transcribe recordings to subtitles or text")
    .description(
      "Transcribe recordings to subtitles or text. MEDIA is a file, a recorded session, or - for standard input.",
    )
    .argument("<media...>", "audio or video files, sessions")
    .addHelpText("after", EXAMPLES);
  return declareFileOptions(command).action(async (named: string[], parsed) => {
    const inputs = await withSessionFolders(named);
    const isChosen =
      command.getOptionValueSource("channels") !== "default" || parsed.strategy === "reference";
    const speakers = isChosen ? undefined : await sessionSpeakers(inputs);
    const options = speakers === undefined ? parsed : { speakers, ...parsed, channels: "split" as const };
    const work = () => transcribeFiles(inputs, readFileOptions(options), transcribe);
    finish(await withDiagnosis(diagnosisOptions(parsed), work));
  });
}

/** The exit code. All outputs are checked before any work starts. */
export async function transcribeFiles(
  inputs: readonly string[],
  options: FileOptions,
  transcriber: Transcriber,
): Promise<number> {
  const plan = planOutputs(inputs, options);
  if (inputs.includes(STDIN) && process.stdin.isTTY) {
    throw new MubblesError("USAGE", {
      where: STDIN,
      detail: "standard input is a terminal; redirect a file or a pipe to it",
    });
  }
  await requireDevice(options.engine.device);
  const { language, task } = options.transcribe.decoding;
  const engine = withChosenModel(options.engine, { language, task, isLive: false }, options);
  await prepareOutputs(plan);
  for (const text of options.notes) note(text);
  const interrupt = listenForInterrupt();
  try {
    return await runPlan(plan, { ...options, engine }, transcriber, interrupt);
  } finally {
    interrupt.dispose();
  }
}

async function runPlan(
  plan: readonly PlannedInput[],
  options: FileOptions,
  transcriber: Transcriber,
  { signal }: Interrupt,
): Promise<number> {
  const onTerminal = process.stderr.isTTY === true && !options.quiet;
  const wanted = options.aligner === undefined ? [options.engine] : [options.engine, options.aligner];
  await requireModels(wanted, options, signal);
  const progress = new Progress(onTerminal && options.progress);
  try {
    const engine = await unlessAborted(Engine.open(options.engine), signal, (late) => late.close());
    progress.loading(options.engine.model, engine.loaded);
    let aligner: Engine | undefined;
    try {
      if (options.aligner !== undefined)
        aligner = await unlessAborted(Engine.start(options.aligner), signal, (late) => late.close());
      const several = plan.length > 1 && plan[0]?.documents[0]?.path === undefined;
      if (several && !options.quiet)
        note(`${plan.length} documents follow one another; --output-dir makes one file each`);
      let exitCode: number = EXIT.ok;
      for (const [index, planned] of plan.entries()) {
        progress.file({ name: planned.input, number: index + 1, count: plan.length });
        const talkative = options.verbose || onTerminal;
        const outcome = await transcribeFile({
          planned,
          options,
          transcriber,
          engine,
          aligner,
          progress,
          talkative,
          signal,
        });
        exitCode = worseExitCode(exitCode, outcome.exitCode);
        if (outcome.stop) break;
      }
      return exitCode;
    } finally {
      await engine.close();
      await aligner?.close();
    }
  } finally {
    progress.stop();
  }
}
