/** When attention leaves a word, which is the model's own habit: docs/notes/word-times.md has how it was measured. */

interface Model {
  readonly decoderLayers: number;
  readonly isMultilingual: boolean;
}

/** whisper-base recognises a word before it is over. */
const BASE = { decoderLayers: 6, isMultilingual: true, lead: 0.28 };
/** whisper-tiny.en rests on a word while the next one is under way. */
const TINY_EN = { decoderLayers: 4, isMultilingual: false, lead: -0.5 };

/** The part of a word's duration that is still to come when attention moves on, negative behind its end; 0 for models not measured. */
export function attentionLead({ decoderLayers, isMultilingual }: Model): number {
  const measured = [BASE, TINY_EN].find(
    (model) => model.decoderLayers === decoderLayers && model.isMultilingual === isMultilingual,
  );
  return measured?.lead ?? 0;
}
