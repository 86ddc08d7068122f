#!/bin/sh
# Makes .cache/peers, a Python environment with faster-whisper, whisperlivekit's live policies and openai's text normaliser, for the
# benchmarks only.
#
#     sh bench/peers/setup.sh          needs Python 3.11 or newer with venv; PYTHON=… chooses another one
set -eu
here=$(cd "$(dirname "$0")" && pwd)
environment=$here/../../.cache/peers
"${PYTHON:-python3}" -m venv "$environment"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
# Its policy needs faster-whisper alone; what it names beside that is a web server and gigabytes of torch.
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps whisperlivekit==0.2.26
"$environment/bin/python" -c 'import faster_whisper, whisper_normalizer; print("ready: faster-whisper", faster_whisper.__version__)'
