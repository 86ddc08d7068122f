/** What the linears of a running model get as inputs, summed up: what the conversion to 8 bits fits its rounding to. */
import { MOMENT } from "./layers.js";
import type { InferenceSession } from "./ort.js";

/** XᵀX [in, in] of all rows X that each linear was given, by the linear's name. */
export type Moments = Map<string, Float64Array>;

/** The session of a graph that observes its linears, adding to `moments` whenever it runs; to its user it is as any other. */
export function observed(session: InferenceSession, moments: Moments): InferenceSession {
  const names = session.outputNames.filter((name) => name.startsWith(MOMENT));
  const run: InferenceSession["run"] = async (feeds: InferenceSession.FeedsType, fetches: unknown) => {
    const result = await (fetches === undefined
      ? session.run(feeds)
      : session.run(feeds, withAll(fetches, names)));
    for (const name of names) {
      const linear = name.slice(MOMENT.length).split(" ")[0]!;
      add(moments, linear, result[name]!.data as Float32Array);
    }
    return Object.fromEntries(Object.entries(result).filter(([name]) => !names.includes(name)));
  };
  return {
    run,
    release: () => session.release(),
    inputNames: session.inputNames,
    outputNames: session.outputNames.filter((name) => !names.includes(name)),
    inputMetadata: session.inputMetadata,
    outputMetadata: session.outputMetadata,
    startProfiling: () => session.startProfiling(),
    endProfiling: () => session.endProfiling(),
  };
}

function withAll(fetches: unknown, names: readonly string[]): InferenceSession.FetchesType {
  if (Array.isArray(fetches)) return [...fetches, ...names];
  return { ...(fetches as object), ...Object.fromEntries(names.map((name) => [name, null])) };
}

function add(moments: Moments, name: string, values: Float32Array): void {
  const sum = moments.get(name) ?? new Float64Array(values.length);
  for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
  moments.set(name, sum);
}
