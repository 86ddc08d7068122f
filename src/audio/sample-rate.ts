/** Rates that audio comes at; what lies outside is a broken header or a typing error, and would cost a huge filter. */
const MIN_SAMPLE_RATE_HZ = 1_000;
const MAX_SAMPLE_RATE_HZ = 768_000;

export const SAMPLE_RATE_RANGE = `${MIN_SAMPLE_RATE_HZ} to ${MAX_SAMPLE_RATE_HZ} Hz`;

export function isSampleRateHz(value: number): boolean {
  return Number.isInteger(value) && value >= MIN_SAMPLE_RATE_HZ && value <= MAX_SAMPLE_RATE_HZ;
}
