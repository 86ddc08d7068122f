"""A Whisper of CTranslate2, what faster-whisper runs, with random weights in 8 bits: made, and timed (bench/peers/large-model.js).

    python ctranslate2_whisper.py make CONFIG FOLDER     of the shapes in a config.json of the Hugging Face hub
    python ctranslate2_whisper.py serve FOLDER THREADS   answers lines: "encode"; "decode BEAMS TOKENS", of the window encoded last

Answers are lines of JSON: what loading took and the memory after it, then for each question its milliseconds (and tokens) and the memory.
"""

import json
import os
import sys
import time

import ctranslate2
import numpy

END = 50257
LANGUAGES_OF_80_MELS = 99
LANGUAGES_OF_128_MELS = 100


def main() -> None:
    command, *arguments = sys.argv[1:]
    {"make": make, "serve": serve}[command](*arguments)


def make(config_file: str, folder: str) -> None:
    with open(config_file, encoding="utf-8") as file:
        config = json.load(file)
    heads = config["encoder_attention_heads"], config["decoder_attention_heads"]
    spec = ctranslate2.specs.WhisperSpec(config["encoder_layers"], heads[0], config["decoder_layers"], heads[1])
    fill(spec, config)
    spec.register_vocabulary(vocabulary(config))
    spec.config.lang_ids = list(range(END + 2, END + 2 + languages(config)))
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.alignment_heads = [[0, 0]]
    spec.validate()
    spec.optimize(quantization="int8")
    os.makedirs(folder, exist_ok=True)
    spec.save(folder)


def fill(spec: ctranslate2.specs.WhisperSpec, config: dict) -> None:
    width, vocabulary_size, mels = config["d_model"], config["vocab_size"], config["num_mel_bins"]
    random = numpy.random.default_rng(0)

    def noise(*shape: int) -> numpy.ndarray:
        return random.standard_normal(shape, dtype=numpy.float32) * 0.02

    def norm(layer: object) -> None:
        layer.gamma = numpy.ones(width, numpy.float32)
        layer.beta = numpy.zeros(width, numpy.float32)

    def linear(layer: object, outputs: int, inputs: int) -> None:
        layer.weight = noise(outputs, inputs)
        layer.bias = noise(outputs)

    for conv, inputs in ((spec.encoder.conv1, mels), (spec.encoder.conv2, width)):
        conv.weight = noise(width, inputs, 3)
        conv.bias = noise(width)
    spec.encoder.position_encodings.encodings = noise(1500, width)
    spec.decoder.position_encodings.encodings = noise(448, width)
    spec.decoder.embeddings.weight = noise(vocabulary_size, width)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    for side in (spec.encoder, spec.decoder):
        norm(side.layer_norm)
        for layer in side.layer:
            linear(layer.self_attention.linear[0], 3 * width, width)
            linear(layer.self_attention.linear[1], width, width)
            norm(layer.self_attention.layer_norm)
            if side is spec.decoder:
                for linear_spec, outputs in zip(layer.attention.linear, (width, 2 * width, width)):
                    linear(linear_spec, outputs, width)
                norm(layer.attention.layer_norm)
            linear(layer.ffn.linear_0, 4 * width, width)
            linear(layer.ffn.linear_1, width, 4 * width)
            norm(layer.ffn.layer_norm)


def vocabulary(config: dict) -> list[str]:
    """Whisper's special tokens at their places; the engine finds them by name. The others need but be different."""
    tokens = [f"token{i}" for i in range(config["vocab_size"])]
    after = END + 2 + languages(config)
    specials = {END: "<|endoftext|>", END + 1: "<|startoftranscript|>", END + 2: "<|en|>"}
    names = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")
    for place, name in enumerate(names):
        specials[after + place] = f"<|{name}|>"
    for place in range(after + len(names), config["vocab_size"]):
        specials[place] = f"<|{(place - after - len(names)) * 0.02:.2f}|>"
    for place, name in specials.items():
        tokens[place] = name
    return tokens


def languages(config: dict) -> int:
    return LANGUAGES_OF_128_MELS if config["num_mel_bins"] == 128 else LANGUAGES_OF_80_MELS


def serve(folder: str, threads: str) -> None:
    start = time.perf_counter()
    model = ctranslate2.models.Whisper(folder, device="cpu", compute_type="int8", intra_threads=int(threads))
    answer(start)
    mels = model.n_mels
    features = (numpy.sin(numpy.arange(mels * 3000)) * 0.5).astype(numpy.float32).reshape(1, mels, 3000)
    prompt = ["<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>"]
    encoded = None
    for line in sys.stdin:
        question, *numbers = line.split()
        start = time.perf_counter()
        if question == "encode":
            encoded = model.encode(ctranslate2.StorageView.from_array(features))
            answer(start)
            continue
        beams, tokens = map(int, numbers)
        # It writes half of max_length; without an end of the text all of them.
        results = model.generate(encoded, [prompt], beam_size=beams, max_length=2 * tokens, suppress_tokens=[END])
        answer(start, tokens=len(results[0].sequences_ids[0]))


def answer(start: float, **more: int) -> None:
    milliseconds = (time.perf_counter() - start) * 1000
    print(json.dumps({"ms": milliseconds, "residentBytes": resident_bytes(), **more}), flush=True)


def resident_bytes() -> int:
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


if __name__ == "__main__":
    main()
