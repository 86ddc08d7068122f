#!/bin/sh
# Makes .cache/peers, a Python environment with faster-whisper and openai's text normaliser, for the benchmarks only.
#
#     sh bench/peers/setup.sh          needs Python 3.11 or newer with venv; PYTHON=… chooses another one
set -eu
here=$(cd "$(dirname "$0")" && pwd)
environment=$here/../../.cache/peers
"${PYTHON:-python3}" -m venv "$environment"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
"$environment/bin/python" -c 'import faster_whisper, whisper_normalizer; print("ready: faster-whisper", faster_whisper.__version__)'
