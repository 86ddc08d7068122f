/** Reports as ffmpeg 4 to 8 print them. */
import { describe, expect, test } from "vitest";
import { chooseTrack, parseProbe } from "../../src/audio/ffmpeg-probe.js";

const FILM = `
Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:film, part 2.mp4':
  Metadata:
    title           : Stream #0:9: Audio: fake, 1 Hz, mono
  Duration: 01:02:03.50, start: 0.000000, bitrate: 204 kb/s
  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p, 1920x1080, 25 fps (default)
  Stream #0:1[0x2](eng): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, 96 kb/s
  Stream #0:2(deu): Audio: ac3, 48000 Hz, 5.1(side), fltp, 384 kb/s (default)
  Stream #0:3: Audio: pcm_s16le ([1][0][0][0] / 0x0001), 8000 Hz, 10 channels, s16, 128 kb/s
At least one output file must be specified
`;

describe("parseProbe", () => {
  test("reads container, length and tracks", () => {
    expect(parseProbe(FILM)).toMatchObject({
      container: "mov,mp4,m4a,3gp,3g2,mj2",
      durationSeconds: 3723.5,
      hasVideo: true,
      audioTracks: [
        { index: 1, codec: "aac", sampleRateHz: 44_100, channels: 2, isDefault: false },
        { index: 2, codec: "ac3", sampleRateHz: 48_000, channels: 6, isDefault: true },
        { index: 3, codec: "pcm_s16le", sampleRateHz: 8000, channels: 10, isDefault: false },
      ],
    });
  });

  test("knows a cover from a film, and an unknown length", () => {
    const report = `
Input #0, mp3, from 'file:song.mp3':
  Duration: N/A, start: 0.025057, bitrate: 48 kb/s
  Stream #0:0: Audio: mp3, 44100 Hz, mono, fltp, 48 kb/s
  Stream #0:1: Video: mjpeg (Baseline), yuvj420p(pc), 500x500, 90k tbr (attached pic)
`;
    expect(parseProbe(report)).toMatchObject({ durationSeconds: undefined, hasVideo: false });
  });

  test("keeps the complaint about what is no media", () => {
    const report = `
[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55f0c0de] moov atom not found
file:half.mp4: Invalid data found when processing input
`;
    expect(parseProbe(report)).toMatchObject({
      container: undefined,
      audioTracks: [],
      complaint:
        "mov,mp4,m4a,3gp,3g2,mj2: moov atom not found; file:half.mp4: Invalid data found when processing input",
    });
  });
});

describe("chooseTrack", () => {
  const { audioTracks } = parseProbe(FILM);
  const withoutDefault = audioTracks.map((track) => ({ ...track, isDefault: false }));

  test("takes the default one", () => expect(chooseTrack(audioTracks)?.index).toBe(2));
  test("or the one with the most channels", () => expect(chooseTrack(withoutDefault)?.index).toBe(3));
  test("or the first", () => {
    expect(chooseTrack(withoutDefault.map((track) => ({ ...track, channels: 1 })))?.index).toBe(1);
  });
  test("or none", () => expect(chooseTrack([])).toBeUndefined());
});
