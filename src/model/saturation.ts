/** Whether 8-bit products are exact on this processor, found out by one. */
import { ELEMENT, encodeModel } from "./onnx-proto.js";
import { createSession, Tensor } from "./ort.js";

let answer: Promise<boolean> | undefined;

/** Long enough for the widest vector registers. */
const WIDTH = 64;
const LARGEST_ACTIVATION = 255;
const LARGEST_WEIGHT = 127;

/**
 * x86 before VNNI adds pairs of 8-bit products in 16 bits, and two large ones stop at 32,767 without a word. Names of
 * processors, and what their flags mean to onnxruntime, change; what its kernels do here can be seen in 2 ms.
 */
export function eightBitProductsSaturate(): Promise<boolean> {
  answer ??= saturates();
  return answer;
}

async function saturates(): Promise<boolean> {
  const session = await createSession(largestProduct(), { threads: 1 });
  try {
    // One row and several go through different kernels.
    for (const rows of [1, 4]) {
      const activations = new Uint8Array(rows * WIDTH).fill(LARGEST_ACTIVATION);
      const { sums } = await session.run({ activations: new Tensor("uint8", activations, [rows, WIDTH]) });
      const exact = WIDTH * LARGEST_ACTIVATION * LARGEST_WEIGHT;
      if ((sums!.data as Int32Array).some((sum) => sum !== exact)) return true;
    }
    return false;
  } finally {
    await session.release();
  }
}

/** The smallest model there is: activations [rows, 64] × weights [64, 64], all as large as can be → sums [rows, 64] */
export function largestProduct(): Uint8Array {
  const weights = new Uint8Array(WIDTH * WIDTH).fill(LARGEST_WEIGHT);
  return encodeModel({
    name: "largest product",
    nodes: [
      {
        kind: "MatMulInteger",
        domain: "",
        inputs: ["activations", "weights"],
        outputs: ["sums"],
        attributes: {},
      },
    ],
    initializers: [{ name: "weights", type: ELEMENT.int8, shape: [WIDTH, WIDTH], data: weights }],
    inputs: [{ name: "activations", type: ELEMENT.uint8, shape: ["rows", WIDTH] }],
    outputs: [{ name: "sums", type: ELEMENT.int32, shape: ["rows", WIDTH] }],
  });
}
