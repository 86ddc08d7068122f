/** How one PCM sample lies in bytes. Names are ffmpeg's; every reader returns full scale as -1 … 1. */

interface SampleReader {
  readonly bytes: number;
  readonly read: (view: DataView, offset: number) => number;
}

const FULL_SCALE_8 = 2 ** 7;
const FULL_SCALE_16 = 2 ** 15;
const FULL_SCALE_24 = 2 ** 23;
const FULL_SCALE_32 = 2 ** 31;

const A_LAW = Float32Array.from({ length: 256 }, (_, code) => decodeALaw(code));
const MU_LAW = Float32Array.from({ length: 256 }, (_, code) => decodeMuLaw(code));

export const SAMPLE_FORMATS = {
  u8: { bytes: 1, read: (view, at) => (view.getUint8(at) - FULL_SCALE_8) / FULL_SCALE_8 },
  s8: { bytes: 1, read: (view, at) => view.getInt8(at) / FULL_SCALE_8 },
  s16le: { bytes: 2, read: (view, at) => view.getInt16(at, true) / FULL_SCALE_16 },
  s16be: { bytes: 2, read: (view, at) => view.getInt16(at, false) / FULL_SCALE_16 },
  s24le: {
    bytes: 3,
    read: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / FULL_SCALE_24,
  },
  s24be: {
    bytes: 3,
    read: (view, at) => (view.getUint8(at + 2) + view.getInt16(at, false) * 2 ** 8) / FULL_SCALE_24,
  },
  s32le: { bytes: 4, read: (view, at) => view.getInt32(at, true) / FULL_SCALE_32 },
  s32be: { bytes: 4, read: (view, at) => view.getInt32(at, false) / FULL_SCALE_32 },
  f32le: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  f32be: { bytes: 4, read: (view, at) => view.getFloat32(at, false) },
  f64le: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  f64be: { bytes: 8, read: (view, at) => view.getFloat64(at, false) },
  alaw: { bytes: 1, read: (view, at) => A_LAW[view.getUint8(at)]! },
  mulaw: { bytes: 1, read: (view, at) => MU_LAW[view.getUint8(at)]! },
} as const satisfies Record<string, SampleReader>;

export type SampleFormat = keyof typeof SAMPLE_FORMATS;

export function isSampleFormat(name: string): name is SampleFormat {
  return Object.hasOwn(SAMPLE_FORMATS, name);
}

/** ITU-T G.711: every second bit inverted, then sign, 3 bits of exponent, 4 of mantissa. */
function decodeALaw(code: number): number {
  const bits = code ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 15) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return (bits & 0x80 ? magnitude : -magnitude) / FULL_SCALE_16;
}

/** ITU-T G.711: all bits inverted, then sign, 3 bits of exponent, 4 of mantissa, with a bias of 33 (here times 4). */
function decodeMuLaw(code: number): number {
  const bits = ~code & 0xff;
  const bias = 0x84;
  const magnitude = ((((bits & 15) << 3) + bias) << ((bits >> 4) & 7)) - bias;
  return (bits & 0x80 ? -magnitude : magnitude) / FULL_SCALE_16;
}
