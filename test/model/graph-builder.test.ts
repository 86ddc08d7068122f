import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { GraphBuilder, MICROSOFT } from "../../src/model/graph-builder.js";
import { ELEMENT } from "../../src/model/onnx-proto.js";
import { createSession, Tensor } from "../../src/model/ort.js";
import { Safetensors } from "../../src/model/safetensors.js";
import { floatTensor, halfTensor, writeSafetensors } from "./safetensors-file.js";
import { temporaryFolder } from "./temporary-folder.js";
import { thrownCode } from "./thrown-code.js";

const folder = temporaryFolder();
const file = join(folder, "model.safetensors");
writeSafetensors(file, {
  odd: { dtype: "I8", shape: [3], values: Int8Array.of(1, -2, 3) },
  matrix: floatTensor([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)),
  half: halfTensor([3], Float32Array.of(0.5, -0.25, 8)),
  brain: { dtype: "BF16", shape: [1], values: Uint16Array.of(0x3f80) },
});
const weights = Safetensors.openFiles([file]);

describe("a graph runs in onnxruntime with the right numbers", () => {
  check(
    "weights by reference to the file, wide and half",
    (g, x) => {
      const product = g.op("MatMul", [x, g.weight("matrix")]);
      return g.op("Add", [product, g.floatWeight("half")]);
    },
    [9.5, 11.75, 23, 19.5, 25.75, 41],
  );
  check(
    "the same weight twice",
    (g, x) => {
      const sum = g.op("Add", [g.floatWeight("half"), g.floatWeight("half")]);
      return g.op("Add", [g.op("ReduceSum", [x]), sum]);
    },
    [11, 9.5, 26],
  );
  check("weights of bytes", (g) => g.op("Cast", [g.weight("odd")], { to: ELEMENT.float }), [1, -2, 3]);
  check(
    "constants: a vector, a matrix, a scalar, a view of a larger buffer",
    (g, x) => {
      const view = Float32Array.of(9, 10, 20).subarray(1);
      const doubled = g.op("Mul", [
        g.op("MatMul", [x, g.floats("square", Float32Array.of(1, 0, 1, 1), [2, 2])]),
        g.floats("two", 2),
      ]);
      return g.op("Add", [doubled, g.floats("view", view)]);
    },
    [16, 24, 24, 28],
  );
  check(
    "numbers, lists and negative numbers as attributes",
    (g, x) => {
      const turned = g.op("Transpose", [x], { perm: [1, 0] });
      return g.op("Concat", [turned, turned], { axis: -1 });
    },
    [1, 3, 1, 3, 2, 4, 2, 4],
  );
  check(
    "integers as inputs, negative ones too",
    (g, x) => g.op("Reshape", [x, g.ints("flat", [1, -1])]),
    [1, 2, 3, 4],
  );
  check("a scalar of integers", (g, x) => g.op("Gather", [x, g.ints("second", 1)], { axis: 0 }), [3, 4]);
  check(
    "a float as attribute",
    (g, x) => g.op("LeakyRelu", [g.op("Neg", [x])], { alpha: { float: 0.5 } }),
    [-0.5, -1, -1.5, -2],
  );
  check(
    "text as attribute",
    (g, x) =>
      g.op("DepthToSpace", [g.op("Reshape", [x, g.ints("image", [1, 4, 1, 1])])], {
        blocksize: 2,
        mode: "CRD",
      }),
    [1, 2, 3, 4],
  );
  check(
    "several results",
    (g, x) => {
      const [left, right] = g.ops("Split", [x], 2, { axis: 1, num_outputs: 2 }) as [string, string];
      return g.op("Sub", [right, left]);
    },
    [1, 1],
  );
  check(
    "a result that is renamed",
    (g, x) => {
      const [left, right] = g.ops("Split", [x], 2, { axis: 1, num_outputs: 2 }) as [string, string];
      return g.op("Sub", [g.rename(right, "right"), left]);
    },
    [1, 1],
  );
  check(
    "an operator of another domain",
    (g, x) => g.op("FusedMatMul", [x, x], { transB: 1 }, MICROSOFT),
    [5, 11, 11, 25],
  );

  /** `make` gets x = [[1, 2], [3, 4]]. */
  function check(name: string, make: (g: GraphBuilder, x: string) => string, expected: readonly number[]) {
    test(name, async () => {
      const g = new GraphBuilder(weights);
      const made = make(g, g.input("x", ["R", 2]));
      g.named("y", "Identity", [made]);
      g.output("y", []);
      expect(await run(g)).toEqual(expected);
    });
  }
});

test("a type that onnxruntime cannot compute with is refused", async () => {
  const g = new GraphBuilder(weights);
  expect(await thrownCode(() => g.weight("brain"))).toBe("MODEL_UNSUPPORTED");
  expect(await thrownCode(() => g.weight("absent"))).toBe("MODEL_BROKEN");
  expect(g.hasWeight("absent")).toBe(false);
  expect(g.typeOfWeight("half")).toBe("F16");
});

async function run(g: GraphBuilder): Promise<number[]> {
  const session = await createSession(g.encode("test"), { threads: 1, weightsFolder: folder });
  const used = session.inputNames.length > 0;
  const { y } = await session.run(
    used ? { x: new Tensor("float32", Float32Array.of(1, 2, 3, 4), [2, 2]) } : {},
  );
  const values = Array.from(y!.data as Float32Array);
  await session.release();
  return values;
}
