/** The Whisper models that have a name of their own here. Any other of the hub goes by its `owner/name`. */

export interface KnownModel {
  readonly name: string;
  /** Where the Hugging Face hub has it. */
  readonly repository: string;
  readonly parameters: number;
  /** 1: English only; otherwise how many languages it was trained to tell apart. */
  readonly languages: 1 | 99 | 100;
  /** Of the weights, as their makers say. The hub's card may say another (docs/models.md). */
  readonly licence: string;
}

const OPENAI = { languages: 99, licence: "MIT" } as const;
const ENGLISH = { languages: 1, licence: "MIT" } as const;

/** From small to large. Parameters: openai/whisper's model card, and the cards of distil-whisper. */
export const KNOWN_MODELS: readonly KnownModel[] = [
  { name: "tiny.en", repository: "openai/whisper-tiny.en", parameters: 39e6, ...ENGLISH },
  { name: "tiny", repository: "openai/whisper-tiny", parameters: 39e6, ...OPENAI },
  { name: "base.en", repository: "openai/whisper-base.en", parameters: 74e6, ...ENGLISH },
  { name: "base", repository: "openai/whisper-base", parameters: 74e6, ...OPENAI },
  { name: "distil-small.en", repository: "distil-whisper/distil-small.en", parameters: 166e6, ...ENGLISH },
  { name: "small.en", repository: "openai/whisper-small.en", parameters: 244e6, ...ENGLISH },
  { name: "small", repository: "openai/whisper-small", parameters: 244e6, ...OPENAI },
  { name: "distil-medium.en", repository: "distil-whisper/distil-medium.en", parameters: 394e6, ...ENGLISH },
  { name: "distil-large-v2", repository: "distil-whisper/distil-large-v2", parameters: 756e6, ...ENGLISH },
  { name: "distil-large-v3", repository: "distil-whisper/distil-large-v3", parameters: 756e6, ...ENGLISH },
  {
    name: "distil-large-v3.5",
    repository: "distil-whisper/distil-large-v3.5",
    parameters: 756e6,
    ...ENGLISH,
  },
  { name: "medium.en", repository: "openai/whisper-medium.en", parameters: 769e6, ...ENGLISH },
  { name: "medium", repository: "openai/whisper-medium", parameters: 769e6, ...OPENAI },
  {
    name: "large-v3-turbo",
    repository: "openai/whisper-large-v3-turbo",
    parameters: 809e6,
    languages: 100,
    licence: "MIT",
  },
  { name: "large-v1", repository: "openai/whisper-large", parameters: 1550e6, ...OPENAI },
  { name: "large-v2", repository: "openai/whisper-large-v2", parameters: 1550e6, ...OPENAI },
  {
    name: "large-v3",
    repository: "openai/whisper-large-v3",
    parameters: 1550e6,
    languages: 100,
    licence: "MIT",
  },
];

/** Other names for the same, as openai/whisper has them. */
const ALIASES: Readonly<Record<string, string>> = { turbo: "large-v3-turbo", large: "large-v3" };

/** Of `owner/name` on the hub: letters, digits, dots, dashes and underscores, no path. */
const REPOSITORY = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;

/** The one name of a model: of an alias what it stands for, of a known repository its name; any other name is its own. */
export function canonicalName(name: string): string {
  const own = ALIASES[name] ?? name;
  return KNOWN_MODELS.find(({ repository }) => repository.toLowerCase() === own.toLowerCase())?.name ?? own;
}

export function knownModel(name: string): KnownModel | undefined {
  const own = canonicalName(name);
  return KNOWN_MODELS.find((model) => model.name === own);
}

/** The repository of the hub that a name stands for; undefined where it can be none. */
export function repositoryOf(name: string): string | undefined {
  return knownModel(name)?.repository ?? (REPOSITORY.test(name) ? name : undefined);
}

/** What the folder of a model is called in the cache, without its compute type: `whisper-tiny.en`, `distil-small.en`, `owner--name`. */
export function folderNameOf(name: string): string {
  const known = knownModel(name)?.name;
  if (known === undefined) return name.replace("/", "--");
  return known.startsWith("distil-") ? known : `whisper-${known}`;
}

/** The name of the model in a folder that is called so. */
export function nameOfFolder(folderName: string): string {
  return canonicalName(folderName.replace(/^whisper-(?!.*--)/, "").replace("--", "/"));
}
