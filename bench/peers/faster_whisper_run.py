"""faster-whisper on given files, as the peer that mubbles is measured against. JSON on standard output.

    faster_whisper_run.py --model DIR FILE...                     text, segments and where the time went
    faster_whisper_run.py --model DIR --batch-size 8 FILE...      the same by its BatchedInferencePipeline
    faster_whisper_run.py --model DIR --manifest M --texts OUT    OUT/CLIP.json with the text of every clip in a manifest
    faster_whisper_run.py --model DIR --steps                     encoder and decoder step alone, in milliseconds

DIR is a CTranslate2 Whisper folder (README.md beside bench/). Decoding options are faster-whisper's own defaults but for
what is given here.
"""
import time

BEGAN = time.perf_counter()

import argparse
import json
import pathlib
import statistics
import sys

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel, __version__
from faster_whisper.transcribe import get_ctranslate2_storage

IMPORTED = time.perf_counter()


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("files", nargs="*", type=pathlib.Path)
    p.add_argument("--model", required=True, help="folder of a CTranslate2 Whisper model")
    p.add_argument("--compute", default="int8")
    p.add_argument("--beam-size", type=int, default=5)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--language", default=None)
    p.add_argument("--vad", action="store_true", help="faster-whisper's VAD filter (off by default, as there)")
    p.add_argument("--words", action="store_true", help="with the times of words")
    p.add_argument("--batch-size", type=int, help="BatchedInferencePipeline, which always has its VAD")
    p.add_argument("--manifest", type=pathlib.Path)
    p.add_argument("--texts", type=pathlib.Path, help="folder for one JSON per clip")
    p.add_argument("--steps", action="store_true")
    return p.parse_args()


def transcribe(model, path, a):
    began = time.perf_counter()
    options = {"beam_size": a.beam_size, "language": a.language, "word_timestamps": a.words}
    if a.batch_size:
        segments, info = BatchedInferencePipeline(model).transcribe(str(path), batch_size=a.batch_size, **options)
    else:
        segments, info = model.transcribe(str(path), vad_filter=a.vad, **options)
    segments = [{"start": s.start, "end": s.end, "text": s.text, "words": words_of(s)} for s in segments]
    return {
        "file": str(path),
        "text": "".join(s["text"] for s in segments),
        "language": info.language,
        "segments": segments,
        "audio_seconds": info.duration,
        "seconds": time.perf_counter() - began,
    }


def words_of(segment):
    return [{"word": w.word, "start": w.start, "end": w.end} for w in segment.words or []]


def write_texts(model, a):
    """OUT/CLIP.json for each clip that accuracy.js scores and has no text yet: `accuracy.js --also NAME=OUT` reads them."""
    for clip in json.loads(a.manifest.read_text()):
        out = a.texts / (clip["file"] + ".json")
        if out.exists() or clip["language"] and not clip["transcript"]:
            continue
        result = transcribe(model, a.manifest.parent / clip["file"], a)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps({k: result[k] for k in ("text", "language", "segments")}, ensure_ascii=False))
        print(f'{clip["file"]} {result["seconds"]:.1f} s: {result["text"][:100]}', file=sys.stderr)


def steps(model, runs=10):
    """Medians, for a multilingual model: one window through the encoder; one decoder step, as the slope between a short
    and a long decoding."""
    features = get_ctranslate2_storage(np.zeros((1, model.model.n_mels, 3000), np.float32))
    prompt = [[50258, 50259, 50359, 50363]]
    end_of_text = 50257

    def milliseconds(call):
        call()
        times = []
        for _ in range(runs):
            began = time.perf_counter()
            call()
            times.append(time.perf_counter() - began)
        return statistics.median(times) * 1000

    encoded = model.model.encode(features)

    def decode(beams, tokens):
        return milliseconds(
            lambda: model.model.generate(
                encoded, prompt, beam_size=beams, max_length=len(prompt[0]) + tokens, suppress_tokens=[end_of_text]
            )
        )

    def step(beams):
        return (decode(beams, 120) - decode(beams, 20)) / 100

    return {"encoder_ms": milliseconds(lambda: model.model.encode(features)), "step_1_ms": step(1), "step_5_ms": step(5)}


def main():
    a = arguments()
    load_began = time.perf_counter()
    model = WhisperModel(a.model, device="cpu", compute_type=a.compute, cpu_threads=a.threads)
    loaded = time.perf_counter()
    result = {"faster_whisper": __version__, "compute": a.compute, "beam_size": a.beam_size, "threads": a.threads}
    if a.texts:
        write_texts(model, a)
    elif a.steps:
        result["steps"] = steps(model)
    else:
        result["files"] = [transcribe(model, path, a) for path in a.files]
    done = time.perf_counter()
    result["timings"] = {
        "import_seconds": IMPORTED - BEGAN,
        "load_seconds": loaded - load_began,
        "transcribe_seconds": done - loaded,
        "total_seconds": done - BEGAN,
    }
    json.dump(result, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
