/** Several backends as one, where a system needs one for inputs and another for loopbacks. */
import { MubblesError } from "../../errors.js";
import type { CaptureBackend } from "./backend.js";

/** Lists the devices of all that are available. Throws what the first one throws where none is. */
export function combinedBackend(name: string, backends: readonly CaptureBackend[]): CaptureBackend {
  return {
    name,
    async devices() {
      const answers = await Promise.allSettled(backends.map((backend) => backend.devices()));
      const lists = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
      const failure = answers.find((answer) => answer.status === "rejected");
      if (lists.length === 0 && failure !== undefined) throw failure.reason;
      return lists.flat();
    },
    async open(device) {
      const backend = backends.find((each) => each.name === device.backend);
      if (backend === undefined) throw new MubblesError("DEVICE_LOST", { where: device.name });
      return backend.open(device);
    },
  };
}
