"""Encodes the same features once for every line on standard input, and prints the milliseconds (bench/peers/encoder.js).

    python faster_whisper_encoder.py MODEL THREADS
"""

import sys
import time

import numpy
from faster_whisper import WhisperModel

model_folder, threads = sys.argv[1:]
model = WhisperModel(model_folder, device="cpu", compute_type="int8", cpu_threads=int(threads))
mels = model.model.n_mels
features = (numpy.sin(numpy.arange(mels * 3000)) * 0.5).astype(numpy.float32).reshape(mels, 3000)
for _ in sys.stdin:
    start = time.perf_counter()
    numpy.asarray(model.encode(features))
    print((time.perf_counter() - start) * 1000, flush=True)
