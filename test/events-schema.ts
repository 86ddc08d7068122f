/** The schema of events that ships in docs/, as a check. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const schema = JSON.parse(readFileSync(new URL("../docs/events.schema.json", import.meta.url), "utf8"));

/** The types of events that the schema knows, in its order. */
export const EVENT_TYPES: readonly string[] = schema.oneOf.map(({ $ref }: { $ref: string }) =>
  $ref.replace("#/$defs/", ""),
);

const ajv = new Ajv2020({ formats: { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ } });
const validators = new Map(
  EVENT_TYPES.map((type) => [type, ajv.compile({ $defs: schema.$defs, $ref: `#/$defs/${type}` })]),
);
const isEvent = ajv.compile(schema);

/** What is wrong with an event, or "" where it is one. */
export function faultsOf(event: unknown): string {
  if (isEvent(event)) return "";
  // The branch of the event's own type says what is wrong; the whole union would tell of every other type too.
  const type = String((event as { type?: unknown } | null)?.type);
  const validate = validators.get(type);
  if (validate === undefined) return `no type of event: ${type}`;
  validate(event);
  return ajv.errorsText(validate.errors, { dataVar: type });
}
