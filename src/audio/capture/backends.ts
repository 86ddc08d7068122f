/** Which way of capturing sound is used on which system. */
import { MubblesError } from "../../errors.js";
import type { CaptureBackend } from "./backend.js";
import { childBackend } from "./child/child-backend.js";
import { pulseBackend } from "./pulse/pulse-backend.js";

const BACKENDS = {
  pulse: pulseBackend,
  naudiodon: (env: NodeJS.ProcessEnv) =>
    childBackend({ name: "naudiodon", file: "audio/capture/port-audio/capture-child", env }),
} as const satisfies Record<string, (env: NodeJS.ProcessEnv) => CaptureBackend>;

type BackendName = keyof typeof BACKENDS;

/** Best first. */
const ON_LINUX: readonly BackendName[] = ["pulse", "naudiodon"];
const ELSEWHERE: readonly BackendName[] = ["naudiodon"];

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  /** MUBBLES_AUDIO_BACKEND names the only backend to try; sound libraries find their servers by others. */
  readonly env: NodeJS.ProcessEnv;
}

/** The first backend that knows a device. Throws DEVICE_BACKEND_UNAVAILABLE where none does, USAGE for a name that there is not. */
export async function findBackend({ platform, env }: Surroundings = process): Promise<CaptureBackend> {
  const names = forcedBackend(env) ?? (platform === "linux" ? ON_LINUX : ELSEWHERE);
  const problems: MubblesError[] = [];
  for (const name of names) {
    const backend = BACKENDS[name](env);
    try {
      if ((await backend.devices()).length > 0) return backend;
      problems.push(
        new MubblesError("DEVICE_BACKEND_UNAVAILABLE", { where: name, detail: "it has no device" }),
      );
    } catch (thrown) {
      if (!(thrown instanceof MubblesError)) throw thrown;
      problems.push(thrown);
    }
  }
  throw problems[0];
}

function forcedBackend({ MUBBLES_AUDIO_BACKEND: name }: NodeJS.ProcessEnv): BackendName[] | undefined {
  if (name === undefined || name === "") return undefined;
  if (Object.hasOwn(BACKENDS, name)) return [name as BackendName];
  const detail = `"${name}" is none of ${Object.keys(BACKENDS).join(", ")}`;
  throw new MubblesError("USAGE", { where: "MUBBLES_AUDIO_BACKEND", detail });
}
