/** The bytes of cross-attention keys and values as operands of 8-bit products. */
import type { ByteStorage } from "./cross-storage.js";
import { ELEMENT, type ElementType } from "./onnx-proto.js";

/** Stands for the middle of the range in unsigned bytes. */
export const MIDDLE = 128;
/** Steps of a range: from -127 to 127. */
export const RANGE_STEPS = 254;

/** An operand of 8-bit products. */
export interface Operand {
  readonly type: ElementType;
  readonly zero: number;
}

export const UNSIGNED: Operand = { type: ELEMENT.uint8, zero: MIDDLE };
const SIGNED: Operand = { type: ELEMENT.int8, zero: 0 };

export function rightOperand(storage: ByteStorage): Operand {
  return storage === "int8" ? SIGNED : UNSIGNED;
}
