/**
 * What the interface itself costs: both channels talk, thousands of utterances are in the scrollback, and no model runs beside it.
 *
 *     npm run bench:tui -- [--seconds 60] [--utterances 2000] [--spectrogram]
 *
 * Draws on the terminal it runs in; the figures come on standard error when it ends. Without a terminal of one's own, ten minutes at 120×40:
 *
 *     tmux new-session -d -x 120 -y 40 'npm run bench:tui -- --seconds 600 2> figures.txt'
 *
 * The CPU share holds the making of the events too, and garbage collection.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";

process.env.NODE_ENV = "production";
const { openInterface } = await import("../dist/tui/open-interface.js");

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    utterances: { type: "string", default: "2000" },
    spectrogram: { type: "boolean", default: false },
  },
});
const SECONDS = Number(values.seconds);
const CHANNELS = ["mic", "loopback"];
/** As the session sends them. */
const LEVEL_PERIOD_MS = 50;
const LEVELS_PER_HYPOTHESIS = 8;
const WORDS_PER_UTTERANCE = 18;
const BANDS = 40;
const WORDS =
  "it is a truth universally acknowledged that a single man in possession of a good fortune must be 会議は naïve café".split(
    " ",
  );
const TIMINGS = {
  loadSeconds: 0.5,
  melSeconds: 0.1,
  vadSeconds: 0.2,
  encodeSeconds: 3.1,
  decodeSeconds: 2.2,
  speechSeconds: 30,
  partials: 20,
  finals: 5,
  tokens: 500,
};

const beganMs = performance.now();
const atSeconds = () => (performance.now() - beganMs) / 1000;
const written = countWrites();
const screen = openInterface({
  languages: [],
  command: () => {},
  devices: async () => [],
  save: async () => "",
  quit: finish,
  failed: (error) => {
    throw error;
  },
});
begin();
for (let i = 0; i < Number(values.utterances); i++) sayFinal(i, CHANNELS[i % 2]);
if (values.spectrogram) setImmediate(() => process.stdin.unshift("g"));

const loopDelay = monitorEventLoopDelay({ resolution: 10 });
const memory = [];
const open = new Map();
let nextUtterance = Number(values.utterances);
let tick = 0;
let startCpu;
let startMs;
// The first second is the scrollback being laid out.
setTimeout(() => {
  Object.assign(written, { bytes: 0, frames: 0 });
  startCpu = process.cpuUsage();
  startMs = performance.now();
  loopDelay.enable();
}, 1000);
const talking = setInterval(talk, LEVEL_PERIOD_MS);
const remembering = setInterval(() => memory.push(process.memoryUsage()), 1000);
setTimeout(finish, 1000 * (SECONDS + 1));

function begin() {
  const channels = CHANNELS.map((channel) => ({
    channel,
    device: `${channel} of the bench`,
    backend: "none",
    sampleRateHz: 48_000,
    channels: 1,
  }));
  screen.tell({
    type: "session",
    atSeconds: 0,
    version: "",
    startedAt: "",
    model: "base",
    task: "transcribe",
    policy: "alignatt",
    beamSize: 5,
    threads: 2,
    threshold: 0.05,
    channels,
  });
  tellEngine();
}

function tellEngine() {
  const engine = { engine: "ready", load: "normal", lagSeconds: 0.2, droppedSeconds: 0, timings: TIMINGS };
  screen.tell({ type: "status", atSeconds: atSeconds(), ...engine });
}

function talk() {
  tick++;
  for (const [index, channel] of CHANNELS.entries()) {
    const peakDbfs = Math.sin(tick / 7 + 2 * index) * 20 - 25;
    screen.tell({ type: "level", channel, atSeconds: atSeconds(), rmsDbfs: peakDbfs - 6, peakDbfs });
    const column = Uint8Array.from({ length: BANDS }, (_, band) =>
      Math.max(0, (peakDbfs + 50) * 4 * Math.abs(Math.sin(band / 3 + tick / 11)) * (1 - band / 50)),
    );
    const columns = { startSeconds: atSeconds() - 0.05, stepSeconds: 0.05, columns: [column] };
    screen.tell({ type: "spectrum", channel, ...columns, atSeconds: atSeconds() });
    if (tick % LEVELS_PER_HYPOTHESIS === 0) sayMore(channel);
  }
}

/** Two more words, of which the last three may still change; at length the utterance is final and the next one begins. */
function sayMore(channel) {
  let saying = open.get(channel);
  if (saying === undefined) {
    saying = { utterance: nextUtterance++, words: 0, startSeconds: atSeconds() };
    open.set(channel, saying);
    tellSpeech("start", channel, saying.utterance, saying.startSeconds);
  }
  const { utterance, startSeconds } = saying;
  saying.words += 2;
  const of = { channel, utterance, startSeconds, endSeconds: atSeconds(), words: [], atSeconds: atSeconds() };
  if (saying.words > 4)
    screen.tell({ type: "confirmed", ...of, text: textOf(utterance, saying.words - 5, 2) });
  screen.tell({ type: "partial", ...of, text: textOf(utterance, saying.words - 3, 3) });
  if (saying.words < WORDS_PER_UTTERANCE) return;
  open.delete(channel);
  tellSpeech("end", channel, utterance, startSeconds);
  tellFinal(channel, utterance, startSeconds);
  tellEngine();
}

function sayFinal(utterance, channel) {
  tellSpeech("start", channel, utterance, utterance);
  tellFinal(channel, utterance, utterance);
}

function tellSpeech(state, channel, utterance, startSeconds) {
  screen.tell({ type: "speech", state, channel, utterance, startSeconds, atSeconds: atSeconds() });
}

function tellFinal(channel, utterance, startSeconds) {
  screen.tell({
    type: "final",
    channel,
    utterance,
    startSeconds,
    endSeconds: startSeconds + 3,
    text: textOf(utterance, 0, WORDS_PER_UTTERANCE),
    words: [],
    language: "en",
    computeSeconds: 0.7,
    atSeconds: atSeconds(),
  });
}

function textOf(utterance, from, count) {
  return Array.from({ length: count }, (_, i) => ` ${WORDS[(utterance * 7 + from + i) % WORDS.length]}`).join(
    "",
  );
}

function countWrites() {
  const counts = { bytes: 0, frames: 0 };
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text, ...rest) => {
    counts.bytes += Buffer.byteLength(text);
    counts.frames++;
    return write(text, ...rest);
  };
  return counts;
}

function finish() {
  const cpu = process.cpuUsage(startCpu);
  const seconds = (performance.now() - startMs) / 1000;
  clearInterval(talking);
  clearInterval(remembering);
  screen.close();
  const { columns, rows } = process.stdout;
  const megabytes = (bytes) => (bytes / 1e6).toFixed(0);
  const part = (from, to, field) =>
    megabytes(Math.min(...memory.slice(from * memory.length, to * memory.length).map((use) => use[field])));
  const lines = [
    `${columns}×${rows}, ${values.utterances} utterances, ${nextUtterance - values.utterances} more, ${seconds.toFixed(0)} s`,
    `CPU ${((cpu.user + cpu.system) / 1e4 / seconds).toFixed(1)} % of a core`,
    `${(written.frames / seconds).toFixed(1)} frames/s of ${(written.bytes / written.frames).toFixed(0)} bytes`,
    `event loop delay p99 ${(loopDelay.percentile(99) / 1e6 - 10).toFixed(1)} ms, max ${(loopDelay.max / 1e6 - 10).toFixed(1)} ms`,
    `heap at least ${part(0, 0.5, "heapUsed")} MB in the first half, ${part(0.5, 1, "heapUsed")} MB in the second`,
    `resident ${megabytes(memory[0].rss)} MB at first, ${megabytes(memory.at(-1).rss)} MB at last`,
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
  process.exit(0);
}
