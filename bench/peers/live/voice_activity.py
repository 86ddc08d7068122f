"""Begin and end of speech in a stream, by the Silero model that comes with whisperlivekit, as its voice activity controller has it:
threshold 0.5 (0.35 to end), 0.5 s of silence end speech, 0.1 s of padding."""
import importlib.util
import pathlib

import numpy as np
import onnxruntime

SAMPLE_RATE_HZ = 16_000
FRAME_SAMPLES = 512
CONTEXT_SAMPLES = 64
BEGIN_PROBABILITY = 0.5
END_PROBABILITY = 0.35
SILENCE_SAMPLES = SAMPLE_RATE_HZ // 2


class VoiceActivity:
    pad_samples = SAMPLE_RATE_HZ // 10

    def __init__(self):
        (folder,) = importlib.util.find_spec("whisperlivekit").submodule_search_locations
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        path = pathlib.Path(folder) / "silero_vad_models" / "silero_vad.onnx"
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.state = np.zeros((2, 1, 128), np.float32)
        self.context = np.zeros(CONTEXT_SAMPLES, np.float32)
        self.rest = np.zeros(0, np.float32)
        self.speech = False
        self.silent_samples = 0

    def frames(self, audio):
        """The audio that has come so far, in frames of 32 ms; what is left over waits."""
        audio = np.append(self.rest, audio)
        whole = len(audio) // FRAME_SAMPLES * FRAME_SAMPLES
        self.rest = audio[whole:]
        return audio[:whole].reshape(-1, FRAME_SAMPLES)

    def is_speech(self, frame):
        """Whether somebody speaks, after this frame."""
        samples = np.concatenate([self.context, frame])[None]
        inputs = {"input": samples, "state": self.state, "sr": np.array(SAMPLE_RATE_HZ, np.int64)}
        probability, self.state = self.session.run(None, inputs)
        self.context = frame[-CONTEXT_SAMPLES:]
        if probability[0, 0] >= BEGIN_PROBABILITY:
            self.speech, self.silent_samples = True, 0
        elif self.speech and (probability[0, 0] < END_PROBABILITY or self.silent_samples > 0):
            self.silent_samples += len(frame)
            self.speech = self.silent_samples < SILENCE_SAMPLES
        return self.speech
