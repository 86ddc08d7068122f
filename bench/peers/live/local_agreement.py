"""LocalAgreement-2 on faster-whisper int8, as the live peer that mubbles is measured against. JSON lines on standard output.

    local_agreement.py --model DIR --channels mic,loopback [--chunk 1.0] < PCM

PCM is 16-bit, 16 kHz, the channels interleaved, in real time. The policy is whisperlivekit's own OnlineASRProcessor, which goes back to
whisper_streaming (Machacek et al., 2023): a word is confirmed when two hypotheses in a row agree on it, the buffer is cut at
the end of a segment past 15 s, 200 characters before the buffer are the prompt, decoding is faster-whisper's, beam 5. A voice activity
controller (Silero, 0.5 s of silence) begins and ends utterances; at an end the rest is decoded once more, so that no word
waits for the next utterance. When all is read, each utterance is decoded as a whole ("full"), to see what was confirmed wrongly.
"""
import argparse
import importlib.util
import json
import sys
import threading
import types

import numpy as np
from faster_whisper import WhisperModel

from voice_activity import VoiceActivity

SAMPLE_RATE_HZ = 16_000
BEFORE_SPEECH_SECONDS = 1.0


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="folder of a CTranslate2 Whisper model")
    p.add_argument("--channels", default="mic", type=lambda text: text.split(","))
    p.add_argument("--chunk", type=float, default=1.0, help="new audio, in seconds, that makes the next hypothesis (default: 1.0)")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--language", default="en")
    return p.parse_args()


def online_processor():
    """whisperlivekit's policy alone: its package would import torch and a web server, which the policy has no use for."""
    spec = importlib.util.find_spec("whisperlivekit")
    package = types.ModuleType("whisperlivekit")
    package.__spec__, package.__path__ = spec, spec.submodule_search_locations
    sys.modules["whisperlivekit"] = package
    from whisperlivekit.local_agreement.online_asr import OnlineASRProcessor

    return OnlineASRProcessor


class Recogniser:
    """faster-whisper as whisperlivekit calls it, and what else its processor asks of a recogniser: its default settings."""

    sep = ""
    tokenizer = None
    confidence_validation = False
    buffer_trimming = "segment"
    buffer_trimming_sec = 15

    def __init__(self, a):
        self.model = WhisperModel(a.model, device="cpu", compute_type="int8", cpu_threads=a.threads)
        self.language = a.language

    def transcribe(self, audio, init_prompt=""):
        segments, _ = self.model.transcribe(
            audio, language=self.language, initial_prompt=init_prompt, beam_size=5, word_timestamps=True, condition_on_previous_text=True
        )
        return list(segments)

    def ts_words(self, segments):
        from whisperlivekit.timed_objects import ASRToken

        heard = [s for s in segments if s.no_speech_prob <= 0.9]
        return [ASRToken(w.start, w.end, w.word, probability=w.probability) for s in heard for w in s.words]

    def segments_end_ts(self, segments):
        return [s.end for s in segments]


class Channel:
    """One channel: utterances by voice activity, in each the policy."""

    utterances = 0

    def __init__(self, name, recogniser, processor, chunk_seconds):
        self.name = name
        self.online = processor(recogniser, logfile=sys.stderr)
        self.voice = VoiceActivity()
        self.chunk_samples = int(chunk_seconds * SAMPLE_RATE_HZ)
        self.recent = np.zeros(0, np.float32)
        self.position = 0
        self.speaking = None
        self.finished = []

    def hear(self, audio):
        for frame in self.voice.frames(audio):
            self.position += len(frame)
            was, now = self.speaking is not None, self.voice.is_speech(frame)
            self.recent = np.append(self.recent, frame)[-int(BEFORE_SPEECH_SECONDS * SAMPLE_RATE_HZ) :]
            if was:
                self.insert(frame)
            if now and not was:
                self.begin(self.recent[-(self.voice.pad_samples + len(frame)) :])
            if was and not now:
                self.end()

    def begin(self, audio):
        start = (self.position - len(audio)) / SAMPLE_RATE_HZ
        self.speaking = {"utterance": Channel.utterances, "start": start, "audio": [], "text": "", "waiting": 0}
        Channel.utterances += 1
        self.online.init(offset=start)
        self.insert(audio)

    def insert(self, audio):
        self.online.insert_audio_chunk(audio)
        self.speaking["audio"].append(audio)
        self.speaking["waiting"] += len(audio)

    def think(self):
        """The next hypothesis, where there is enough new audio for one."""
        if self.speaking is not None and self.speaking["waiting"] >= self.chunk_samples:
            self.update()

    def update(self):
        self.speaking["waiting"] = 0
        confirmed, _ = self.online.process_iter()
        self.confirm(confirmed)
        self.say("partial", self.online.get_buffer().text or "")

    def confirm(self, tokens):
        text = "".join(token.text for token in tokens)
        self.speaking["text"] += text
        if text:
            self.say("confirmed", text)

    def end(self):
        if self.speaking["waiting"] > 0:
            self.update()
        rest, _ = self.online.finish()
        self.speaking["text"] += "".join(token.text for token in rest)
        self.say("final", self.speaking["text"])
        self.finished.append(self.speaking)
        self.speaking = None

    def say(self, kind, text, speaking=None):
        speaking = speaking or self.speaking
        end = speaking["start"] + sum(map(len, speaking["audio"])) / SAMPLE_RATE_HZ
        event = {"type": kind, "channel": self.name, "utterance": speaking["utterance"], "start": speaking["start"], "end": end, "text": text}
        print(json.dumps(event), flush=True)

    def finish(self):
        if self.speaking is not None:
            self.end()


class Input(threading.Thread):
    """Standard input, read as it comes, however long the model takes."""

    def __init__(self, channels):
        super().__init__(daemon=True)
        self.channels = channels
        self.changed = threading.Condition()
        self.bytes = bytearray()
        self.ended = False

    def run(self):
        while chunk := sys.stdin.buffer.read1(1 << 16):
            with self.changed:
                self.bytes += chunk
                self.changed.notify()
        with self.changed:
            self.ended = True
            self.changed.notify()

    def take(self):
        """All that has come, as [frames, channels]; None at the end."""
        size = 2 * self.channels
        with self.changed:
            self.changed.wait_for(lambda: self.ended or len(self.bytes) >= size)
            whole = len(self.bytes) // size * size
            taken = bytes(self.bytes[:whole])
            del self.bytes[:whole]
        if not taken:
            return None
        return np.frombuffer(taken, np.int16).reshape(-1, self.channels).astype(np.float32) / 32768


def main():
    a = arguments()
    recogniser = Recogniser(a)
    recogniser.transcribe(np.zeros(SAMPLE_RATE_HZ, np.float32))
    processor = online_processor()
    channels = [Channel(name, recogniser, processor, a.chunk) for name in a.channels]
    source = Input(len(channels))
    source.start()
    print(json.dumps({"type": "ready"}), flush=True)
    while (audio := source.take()) is not None:
        for index, channel in enumerate(channels):
            channel.hear(audio[:, index])
            channel.think()
    for channel in channels:
        channel.finish()
    for channel in channels:
        for utterance in channel.finished:
            segments = recogniser.transcribe(np.concatenate(utterance["audio"]))
            channel.say("full", "".join(s.text for s in segments), utterance)


main()
