/**
 * The weights of an ONNX file.
 * Field numbers: https://github.com/onnx/onnx/blob/v1.18.0/onnx/onnx.proto
 */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

const MODEL = { graph: 7 };
const GRAPH = { initializer: 5 };
const TENSOR = { name: 8, rawData: 9 };

/** Little-endian bytes of each initializer that the file itself holds, by name: views of `model`. Throws where it is no protobuf. */
export function readInitializers(model: Uint8Array): Map<string, Uint8Array> {
  const tensors = new Map<string, Uint8Array>();
  for (const graph of messages(model, MODEL.graph)) {
    for (const tensor of messages(graph, GRAPH.initializer)) {
      const [name] = messages(tensor, TENSOR.name);
      const [data] = messages(tensor, TENSOR.rawData);
      if (name !== undefined && data !== undefined) tensors.set(new TextDecoder().decode(name), data);
    }
  }
  return tensors;
}

/** Every value of this field, which has a length: a message, a string, bytes. */
function messages(message: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === wanted && wireType === WireType.LengthDelimited) found.push(reader.bytes());
    else reader.skip(wireType, field);
  }
  return found;
}
