import { expect, test } from "vitest";
import { piecesOf } from "../../../src/pipeline/align/pieces.js";

check("And Mr. John", [
  [" And", "and"],
  [" Mr.", "mr"],
  [" John", "john"],
]);
check("  two\t spaces ", [
  [" two", "two"],
  [" spaces", "spaces"],
]);
check("well-known – “Größe”", [
  [" well-known", "wellknown"],
  [" –", ""],
  [" “Größe”", "größe"],
]);
check("世界、ok", [
  ["世", "世"],
  ["界", "界"],
  ["、", ""],
  ["o", "o"],
  ["k", "k"],
]);
check("say 世界", [
  [" say", "say"],
  [" 世", "世"],
  ["界", "界"],
]);
check("ที่นี่", [
  ["ที่", "ที่"],
  ["นี่", "นี่"],
]);
check("ＡＢ１", [[" ＡＢ１", "ab1"]]);
check("안녕 세계", [
  [" 안녕", "안녕"],
  [" 세계", "세계"],
]);
check("", []);
check(" \t", []);

function check(line: string, expected: [text: string, unit: string][]): void {
  test(JSON.stringify(line), () => {
    expect(piecesOf(line)).toEqual(expected.map(([text, unit]) => ({ text, unit })));
  });
}
