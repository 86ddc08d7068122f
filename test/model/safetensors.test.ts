import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Safetensors } from "../../src/model/safetensors.js";
import { floatTensor, halfTensor, withHeader, writeSafetensors } from "./safetensors-file.js";
import { temporaryFolder } from "./temporary-folder.js";
import { thrownCode } from "./thrown-code.js";

const folder = temporaryFolder();
const VALUES = Float32Array.of(0, 1, -2.5, 65_504, 2 ** -24, -0.0999755859375);
const FLOAT_ENTRY = { dtype: "F32", shape: [1], data_offsets: [0, 4] };

describe("one file", () => {
  const path = join(mkdirIn("one"), "model.safetensors");
  writeSafetensors(
    path,
    {
      wide: floatTensor([2, 3], VALUES),
      bytes: { dtype: "I8", shape: [3], values: Int8Array.of(-1, 0, 1) },
      half: halfTensor([6], VALUES),
      brain: { dtype: "BF16", shape: [2], values: Uint16Array.of(0x3f80, 0xc040) },
      nothing: floatTensor([0, 4], new Float32Array()),
      scalar: floatTensor([], Float32Array.of(7)),
    },
    { format: "test" },
  );
  const opened = Safetensors.openFolder(join(folder, "one"));

  test.each([
    ["wide", [...VALUES]],
    ["half", [...VALUES]],
    ["brain", [1, -3]],
    ["nothing", []],
    ["scalar", [7]],
  ])("%s as floats, whatever the alignment", (name, values) => {
    expect([...opened.readFloats(name)]).toEqual(values);
  });

  test("shapes, raw bytes and metadata", () => {
    expect(opened.entry("wide").shape).toEqual([2, 3]);
    expect([...opened.readBytes("bytes")]).toEqual([255, 0, 1]);
    expect(opened.metadata).toEqual({ format: "test" });
    expect([...opened.entries.keys()]).toEqual(["wide", "bytes", "half", "brain", "nothing", "scalar"]);
  });

  test("integers are not taken for floats, and a missing tensor is named", async () => {
    expect(await thrownCode(() => opened.readFloats("bytes"))).toBe("MODEL_UNSUPPORTED");
    expect(opened.has("absent")).toBe(false);
    expect(() => opened.entry("absent")).toThrow(/absent/);
    expect(await thrownCode(() => opened.entry("absent"))).toBe("MODEL_BROKEN");
  });

  test("a file that became shorter since it was opened", async () => {
    const short = join(mkdirIn("shrinking"), "model.safetensors");
    writeSafetensors(short, { a: floatTensor([6], VALUES) });
    const open = Safetensors.openFiles([short]);
    writeFileSync(short, withHeader("{}", new Uint8Array(3)));
    expect(await thrownCode(() => open.readFloats("a"))).toBe("MODEL_BROKEN");
  });
});

test("shards: every file that the index names", () => {
  const sharded = mkdirIn("sharded");
  writeSafetensors(join(sharded, "first.safetensors"), { a: floatTensor([2], Float32Array.of(1, 2)) });
  writeSafetensors(join(sharded, "second.safetensors"), {
    pad: floatTensor([1], Float32Array.of(9)),
    b: floatTensor([1], Float32Array.of(3)),
  });
  const weight_map = { a: "first.safetensors", pad: "second.safetensors", b: "second.safetensors" };
  writeFileSync(join(sharded, "model.safetensors.index.json"), JSON.stringify({ weight_map }));
  const opened = Safetensors.openFolder(sharded);
  expect(opened.files).toHaveLength(2);
  expect([...opened.readFloats("a"), ...opened.readFloats("b")]).toEqual([1, 2, 3]);
});

describe("a damaged file", () => {
  check("no byte", Buffer.alloc(0));
  check("less than a length", Buffer.alloc(7));
  check(
    "a header longer than the file",
    Buffer.concat([Buffer.from([200, 0, 0, 0, 0, 0, 0, 0]), Buffer.alloc(20)]),
  );
  check("a header length beyond all numbers", Buffer.alloc(64, 255));
  check("an empty header", withHeader("", new Uint8Array(8)));
  check("a header that is no JSON", withHeader('{"a": [', new Uint8Array(8)));
  check("a header that is null", withHeader("null", new Uint8Array(8)));
  check("a header that is a list", withHeader("[1]", new Uint8Array(8)));
  check("an entry that is null", entry(null));
  check("an entry that is a number", entry(7));
  check("an unknown type", entry({ ...FLOAT_ENTRY, dtype: "F8_E4M3" }), "MODEL_UNSUPPORTED");
  check("no shape", entry({ ...FLOAT_ENTRY, shape: undefined }));
  check("a shape of text", entry({ ...FLOAT_ENTRY, shape: ["1"] }));
  check("negative sizes", entry({ ...FLOAT_ENTRY, shape: [-1, -1] }));
  check("no offsets", entry({ ...FLOAT_ENTRY, data_offsets: undefined }));
  check("one offset", entry({ ...FLOAT_ENTRY, data_offsets: [0] }));
  check("offsets that are no numbers", entry({ ...FLOAT_ENTRY, data_offsets: ["0", "4"] }));
  check("offsets before the data", entry({ ...FLOAT_ENTRY, data_offsets: [-4, 0] }));
  check("half an offset", entry({ ...FLOAT_ENTRY, data_offsets: [0.5, 4.5] }));
  check("offsets the wrong way round", entry({ ...FLOAT_ENTRY, data_offsets: [4, 0] }));
  check("fewer bytes than the shape says", entry({ ...FLOAT_ENTRY, data_offsets: [0, 3] }));
  check("data cut short", entry({ ...FLOAT_ENTRY, shape: [3], data_offsets: [0, 12] }));

  function entry(value: unknown): Buffer {
    return withHeader(JSON.stringify({ a: value }), new Uint8Array(8));
  }

  function check(name: string, bytes: Uint8Array, code = "MODEL_BROKEN") {
    test(name, async () => {
      const path = join(mkdirIn(name), "model.safetensors");
      writeFileSync(path, bytes);
      expect(await thrownCode(() => Safetensors.openFolder(join(folder, name)))).toBe(code);
    });
  }
});

describe("a damaged folder", () => {
  check("empty", () => {});
  check("a folder in the file's place", (path) => mkdirSync(join(path, "model.safetensors")));
  check("an index that is no JSON", (path) => writeIndex(path, "{"));
  check("an index that is null", (path) => writeIndex(path, "null"));
  check("an index without a map", (path) => writeIndex(path, "{}"));
  check("an index of numbers", (path) => writeIndex(path, '{"weight_map":{"a":1}}'));
  check("a missing shard", (path) => writeIndex(path, '{"weight_map":{"a":"gone.safetensors"}}'));

  function writeIndex(path: string, text: string) {
    writeFileSync(join(path, "model.safetensors.index.json"), text);
  }

  function check(name: string, make: (path: string) => void) {
    test(name, async () => {
      const path = mkdirIn(name);
      make(path);
      expect(await thrownCode(() => Safetensors.openFolder(path))).toBe("MODEL_BROKEN");
    });
  }
});

function mkdirIn(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}
