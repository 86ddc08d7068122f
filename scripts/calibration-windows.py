#!/usr/bin/env python3
"""Speech to fit the rounding of the embedded model to: telephone prompts in four languages, joined to windows.

    python3 scripts/calibration-windows.py PACKAGES WINDOWS

PACKAGES is a folder with Debian's asterisk-core-sounds-{en,fr,it,ru}-g722 1.6.1-1 unpacked (apt-get download, dpkg-deb -x); needs
ffmpeg. Writes WINDOWS/LANGUAGE_N.wav, 16 kHz mono, 28 files; the same ones every time.
"""

import array
import glob
import os
import random
import subprocess
import sys
import wave

RATE = 16_000
VOICES = {"en": "en_US_f_Allison", "fr": "fr_CA_f_June", "it": "it_IT_m_Carlo", "ru": "ru_RU_f_IvrvoiceRU"}
WINDOW_SECONDS = [28, 6, 14, 22, 10, 28, 8, 18, 12, 25]
# The rest was kept apart, to choose by among the ways to quantise.
WINDOWS_WRITTEN = 7
SHORTEST_BYTES = 12_000


def main() -> None:
    packages, destination = sys.argv[1:]
    os.makedirs(destination, exist_ok=True)
    rng = random.Random(1)
    for language, voice in VOICES.items():
        files = sorted(
            file
            for file in glob.glob(f"{packages}/usr/share/asterisk/sounds/{voice}/**/*.g722", recursive=True)
            if "/silence/" not in file and os.path.getsize(file) > SHORTEST_BYTES
        )
        rng.shuffle(files)
        at = 0
        for number, seconds in enumerate(WINDOW_SECONDS):
            samples = array.array("h")
            while len(samples) < seconds * RATE:
                samples.extend(decoded(files[at % len(files)]))
                samples.extend([0] * rng.randint(1600, 9600))
                at += 1
            if number < WINDOWS_WRITTEN:
                write(f"{destination}/{language}_{number}.wav", samples[: 30 * RATE])


def decoded(file: str) -> array.array:
    command = ["ffmpeg", "-v", "error", "-f", "g722", "-i", file, "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-"]
    return array.array("h", subprocess.run(command, capture_output=True, check=True).stdout)


def write(path: str, samples: array.array) -> None:
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


main()
