/**
 * A PulseAudio server of a test's own: an output "speakers", and an input "mic" that hears what is played into the sink "room".
 *
 * Debian: pulseaudio pulseaudio-utils libasound2-plugins.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const STARTS_WITHIN_MS = 10_000;

const OUTPUTS = [
  "module-null-sink sink_name=speakers rate=48000 channels=2 sink_properties=device.description=Speakers",
  "module-null-sink sink_name=room rate=44100 channels=1 sink_properties=device.description=Room",
];
const MICROPHONE = [
  "source_name=mic",
  "master=room.monitor",
  "source_properties=device.description=Microphone",
];

export class PulseServer {
  /** For the programs and libraries that are to find it. */
  readonly env: NodeJS.ProcessEnv;
  removeMicrophone: () => void = () => {};
  readonly #folder = mkdtempSync(join(tmpdir(), "mubbles-pulse-"));
  #server: ChildProcess | undefined;
  #warm: ChildProcess[] = [];

  static async start(): Promise<PulseServer> {
    const server = new PulseServer();
    await server.start();
    return server;
  }

  private constructor() {
    const alsaConfig = join(this.#folder, "asound.conf");
    writeFileSync(alsaConfig, ALSA_CONFIG);
    this.env = {
      ...process.env,
      HOME: this.#folder,
      PULSE_RUNTIME_PATH: this.#folder,
      PULSE_STATE_PATH: this.#folder,
      PULSE_COOKIE: join(this.#folder, "cookie"),
      PULSE_SERVER: `unix:${join(this.#folder, "native")}`,
      DBUS_SESSION_BUS_ADDRESS: "disabled:",
      ALSA_CONFIG_PATH: alsaConfig,
    };
  }

  async start(): Promise<void> {
    const { PULSE_SERVER: _, ...env } = this.env;
    const socket = `module-native-protocol-unix socket=${join(this.#folder, "native")} auth-anonymous=1`;
    const options = ["-n", "--daemonize=no", "--use-pid-file=no", "--disable-shm=yes", "--exit-idle-time=-1"];
    const modules = [socket, ...OUTPUTS].flatMap((module) => ["-L", module]);
    this.#server = spawn(
      "pulseaudio",
      [...options, "--high-priority=no", "--realtime=no", "--log-level=error", ...modules],
      { env, stdio: "ignore" },
    );
    await this.#untilItAnswers();
    this.pactl("set-default-sink", "speakers");
    this.addMicrophone();
    await Promise.all(["speakers.monitor", "mic"].map((source) => this.#keepWarm(source)));
  }

  /** As a crash does: nobody is told. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  addMicrophone(): void {
    this.removeMicrophone = this.add("module-remap-source", ...MICROPHONE);
    this.pactl("set-default-source", "mic");
  }

  /** Adds an output or an input; returns what removes it again. */
  add(module: "module-null-sink" | "module-remap-source", ...options: string[]): () => void {
    const index = this.pactl("load-module", module, ...options).trim();
    return () => this.pactl("unload-module", index);
  }

  /** Resolves when all of the file was played into the sink. */
  async play(file: string, sink: string): Promise<void> {
    const player = spawn("paplay", ["--latency-msec=200", "-d", sink, file], {
      env: this.env,
      stdio: "ignore",
    });
    const [code] = await once(player, "exit");
    if (code !== 0) throw new Error(`paplay ended with ${code}`);
  }

  pactl(...words: string[]): string {
    return execFileSync("pactl", words, { env: this.env, encoding: "utf8", stdio: "pipe" });
  }

  async #untilItAnswers(): Promise<void> {
    const deadlineMs = performance.now() + STARTS_WITHIN_MS;
    for (;;) {
      try {
        execFileSync("pactl", ["info"], { env: this.env, stdio: "ignore" });
        return;
      } catch (thrown) {
        if (performance.now() > deadlineMs) throw thrown;
        await sleep(100);
      }
    }
  }

  /**
   * An idle null sink ticks every 2 s; while somebody records it with little latency it ticks as a sound card does. Resolves when
   * it does.
   */
  async #keepWarm(source: string): Promise<void> {
    const recorder = spawn("parec", ["--raw", "--latency-msec=20", "-d", source], {
      env: this.env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#warm.push(recorder);
    await once(recorder.stdout, "data");
    recorder.stdout.resume();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const running = [this.#server, ...this.#warm].filter((child) => child !== undefined && isRunning(child));
    this.#warm = [];
    this.#server = undefined;
    await Promise.all(
      running.map(async (child) => {
        const exit = once(child as ChildProcess, "exit");
        child?.kill(signal);
        await exit;
      }),
    );
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** Complete on its own, so that no sound card is looked for. The two PCMs are what naudiodon sees of the server. */
const ALSA_CONFIG = `
pcm.mubbles_mic { type pulse device "mic" hint { show on description "mic" } }
pcm.mubbles_loopback { type pulse device "speakers.monitor" hint { show on description "loopback" } }
pcm.default { type pulse }
ctl.default { type pulse }
`;
