/** `mubbles align MEDIA TEXT`: when each word of a text is spoken in a recording. */
import { readFile } from "node:fs/promises";
import { buffer as readStream } from "node:stream/consumers";
import { Command } from "commander";
import { MubblesError } from "../errors.js";
import { alignRecording } from "../pipeline/align/align-recording.js";
import { transcribeFiles } from "./file-command.js";
import { declareFileOptions } from "./file-flags.js";
import { readFileOptions } from "./file-options.js";
import { STDIN } from "./outputs.js";

const EXAMPLES = `
Examples:
  mubbles align talk.mp4 talk.txt > talk.srt                 each line of the text becomes a subtitle
  mubbles align -f json --word-timestamps talk.mp4 talk.txt  every word with its times
  pandoc -t plain --wrap=none book.docx | mubbles align chapter.mp3 - > chapter.srt

The recording is transcribed first, to find out which part of the text is spoken where; then each part is aligned by
itself. What the text has and nobody says gets the time of what is around it. Options are those of \`mubbles file\`.
`;

export function alignCommand(finish: (exitCode: number) => void): Command {
  const command = new Command("align")
    .summary("align a text with the recording that it is spoken in")
    .description(
      "Say when each line and word of a given text is spoken in a recording. TEXT is a file in UTF-8, or - for standard input.",
    )
    .argument("<media>", "audio or video file")
    .argument("<text>", "what is spoken, one line for each segment")
    .addHelpText("after", EXAMPLES);
  return declareFileOptions(command).action(async (media: string, text: string, parsed) => {
    if (media === STDIN && text === STDIN) {
      throw new MubblesError("USAGE", { where: STDIN, detail: "standard input can be read only once" });
    }
    const options = readFileOptions(parsed);
    const { strategy, decoding, channel } = options.transcribe;
    if (strategy === "reference") refuse("--strategy", "a text is aligned by the fast strategy alone");
    if (decoding.task === "translate")
      refuse("--task", "a text is aligned with the language it is spoken in");
    if (channel === "split")
      refuse("--channels split", "a text is aligned with one channel; name it by its number");
    const lines = await readLines(text);
    // The text is the user's own: a line such as [Music] stays in it.
    finish(
      await transcribeFiles([media], { ...options, showNoise: true }, (input, ...context) =>
        alignRecording(lines, input, ...context),
      ),
    );
  });
}

function refuse(where: string, detail: string): never {
  throw new MubblesError("USAGE", { where, detail });
}

/** TEXT_UNREADABLE where there is no file, no UTF-8, or nothing but blanks. */
async function readLines(path: string): Promise<string[]> {
  const where = path === STDIN ? "standard input" : path;
  let bytes: Uint8Array;
  try {
    bytes = path === STDIN ? await readStream(process.stdin) : await readFile(path);
  } catch (cause) {
    const detail = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new MubblesError("TEXT_UNREADABLE", { where, detail, cause });
  }
  let text: string;
  try {
    // Takes a byte order mark away.
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new MubblesError("TEXT_UNREADABLE", { where, detail: "it is not UTF-8", cause });
  }
  if (text.trim() === "") throw new MubblesError("TEXT_UNREADABLE", { where, detail: "it is empty" });
  return text.split(/\r\n|[\n\r\u2028\u2029]/u);
}
