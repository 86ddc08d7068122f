/** The W3C's own WebVTT parser ships no types; this is what the tests use of it. */
declare module "webvtt-parser" {
  interface ParsedCue {
    readonly startTime: number;
    readonly endTime: number;
    readonly text: string;
  }
  export class WebVTTParser {
    parse(input: string): {
      readonly cues: readonly ParsedCue[];
      readonly errors: readonly { message: string }[];
    };
  }
}
