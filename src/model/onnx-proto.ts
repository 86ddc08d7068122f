/**
 * The part of ONNX's protobuf schema that a graph of ours needs, written field by field.
 * Field numbers: https://github.com/onnx/onnx/blob/v1.18.0/onnx/onnx.proto
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

export const ELEMENT = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;
export type ElementType = (typeof ELEMENT)[keyof typeof ELEMENT];

export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly graph: Graph };
/** A size, a name for one that is not known yet, or nothing. */
export type Dimension = number | string | undefined;

export interface Node {
  readonly kind: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Little-endian bytes, or where they lie in a file of the weights folder. */
  readonly data:
    | Uint8Array
    | { readonly file: string; readonly byteOffset: number; readonly byteLength: number };
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** What is known beforehand of values inside the graph. */
  readonly values?: readonly ValueInfo[];
}

const IR_VERSION = 10;
const OPSETS = { "": 20, "com.microsoft": 1 } as const;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const;
/** TensorProto.DataLocation.EXTERNAL */
const EXTERNAL = 1;

/** ModelProto bytes of the graph. */
export function encodeModel(graph: Graph): Uint8Array {
  const writer = new BinaryWriter();
  int(writer, 1, IR_VERSION);
  text(writer, 2, "mubbles");
  message(writer, 7, (w) => writeGraph(w, graph));
  for (const [domain, version] of Object.entries(OPSETS)) {
    message(writer, 8, (w) => {
      text(w, 1, domain);
      int(w, 2, version);
    });
  }
  return writer.finish();
}

function writeGraph(writer: BinaryWriter, graph: Graph): void {
  graph.nodes.forEach((node, i) => {
    message(writer, 1, (w) => writeNode(w, node, `${i}_${node.kind}`));
  });
  text(writer, 2, graph.name);
  for (const initializer of graph.initializers) message(writer, 5, (w) => writeTensor(w, initializer));
  for (const input of graph.inputs) message(writer, 11, (w) => writeValueInfo(w, input));
  for (const output of graph.outputs) message(writer, 12, (w) => writeValueInfo(w, output));
  for (const value of graph.values ?? []) message(writer, 13, (w) => writeValueInfo(w, value));
}

function writeNode(writer: BinaryWriter, node: Node, name: string): void {
  for (const input of node.inputs) text(writer, 1, input);
  for (const output of node.outputs) text(writer, 2, output);
  text(writer, 3, name);
  text(writer, 4, node.kind);
  for (const [key, value] of Object.entries(node.attributes))
    message(writer, 5, (w) => writeAttribute(w, key, value));
  text(writer, 7, node.domain);
}

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  text(writer, 1, name);
  if (typeof value === "number") {
    int(writer, 3, value);
    int(writer, 20, ATTRIBUTE_TYPE.int);
  } else if (typeof value === "string") {
    text(writer, 4, value);
    int(writer, 20, ATTRIBUTE_TYPE.string);
  } else if ("float" in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    int(writer, 20, ATTRIBUTE_TYPE.float);
  } else if ("graph" in value) {
    message(writer, 6, (w) => writeGraph(w, value.graph));
    int(writer, 20, ATTRIBUTE_TYPE.graph);
  } else {
    for (const item of value) int(writer, 8, item);
    int(writer, 20, ATTRIBUTE_TYPE.ints);
  }
}

function writeTensor(writer: BinaryWriter, { name, type, shape, data }: Initializer): void {
  for (const size of shape) int(writer, 1, size);
  int(writer, 2, type);
  text(writer, 8, name);
  if (data instanceof Uint8Array) {
    writer.tag(9, WireType.LengthDelimited).bytes(data);
    return;
  }
  const pairs = { location: data.file, offset: String(data.byteOffset), length: String(data.byteLength) };
  for (const [key, value] of Object.entries(pairs)) {
    message(writer, 13, (w) => {
      text(w, 1, key);
      text(w, 2, value);
    });
  }
  int(writer, 14, EXTERNAL);
}

function writeValueInfo(writer: BinaryWriter, { name, type, shape }: ValueInfo): void {
  text(writer, 1, name);
  message(writer, 2, (typeProto) =>
    message(typeProto, 1, (tensorType) => {
      int(tensorType, 1, type);
      message(tensorType, 2, (shapeProto) => {
        for (const size of shape) {
          message(shapeProto, 1, (dimension) => {
            if (typeof size === "number") int(dimension, 1, size);
            else if (size !== undefined) text(dimension, 2, size);
          });
        }
      });
    }),
  );
}

function int(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}
