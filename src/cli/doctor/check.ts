/** One thing that `mubbles doctor` looks at, and what it finds. */
import { asMubblesError, EXIT } from "../../errors.js";

export type Status = "ok" | "warning" | "error";

export interface Finding {
  readonly name: string;
  /** error: something that mubbles cannot do without is broken. */
  readonly status: Status;
  readonly text: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** Of an error: what the program ends with. */
  readonly exitCode?: number;
  /** The same as numbers and names, for --json. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface Check {
  readonly title: string;
  readonly limitSeconds: number;
  /** What it means when nothing comes within the limit, or something is thrown. */
  readonly failsAs: "warning" | "error";
  /** The signal is aborted at the limit; what does not listen to it is left alone. */
  run(signal: AbortSignal): Promise<readonly Finding[]>;
}

/** Never throws, and takes no longer than the check's limit. */
export async function runCheck({ title, limitSeconds, failsAs, run }: Check): Promise<readonly Finding[]> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Finding[]>((resolve) => {
    timer = setTimeout(() => {
      controller.abort();
      resolve([
        {
          name: title,
          status: failsAs,
          text: `no answer within ${limitSeconds} s`,
          hint: "run it again when the machine is less busy",
          exitCode: EXIT.model,
        },
      ]);
    }, limitSeconds * 1000);
  });
  try {
    return await Promise.race([run(controller.signal), late]);
  } catch (thrown) {
    const { message, hint, exitCode, code } = asMubblesError(thrown);
    return [{ name: title, status: failsAs, text: message, hint, exitCode, facts: { code } }];
  } finally {
    clearTimeout(timer);
  }
}
