import { expect, test } from "vitest";
import { parseRawFormat } from "../../src/audio/raw-format.js";

test.each([
  ["s16le:16000:1", { sampleFormat: "s16le", sampleRateHz: 16_000, channels: 1 }],
  ["f32le:48000:2", { sampleFormat: "f32le", sampleRateHz: 48_000, channels: 2 }],
  ["mulaw:8000:1", { sampleFormat: "mulaw", sampleRateHz: 8000, channels: 1 }],
])("%s", (text, expected) => {
  expect(parseRawFormat(text)).toEqual(expected);
});

test.each([
  ["", 'expected FORMAT:RATE:CHANNELS such as s16le:16000:1, got ""'],
  ["s16le:16000", 'expected FORMAT:RATE:CHANNELS such as s16le:16000:1, got "s16le:16000"'],
  ["s16le:16000:1:2", "expected FORMAT:RATE:CHANNELS"],
  ["s17le:16000:1", "expected FORMAT to be one of u8, s8, s16le"],
  ["toString:16000:1", "expected FORMAT to be one of"],
  ["s16le:16k:1", 'expected RATE to be 1000 to 768000 Hz, got "16k"'],
  ["s16le:0:1", 'expected RATE to be 1000 to 768000 Hz, got "0"'],
  ["s16le:-16000:1", "expected RATE"],
  ["s16le:16000:0", 'expected CHANNELS to be 1 to 256, got "0"'],
  ["s16le:16000:1.5", 'expected CHANNELS to be 1 to 256, got "1.5"'],
])("%s is wrong usage", (text, detail) => {
  expect(() => parseRawFormat(text)).toThrow(
    expect.objectContaining({ code: "USAGE", message: expect.stringContaining(detail) }),
  );
});
