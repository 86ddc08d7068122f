"""Whisper by Hugging Face transformers on a GPU, fp16: what its encoder and a step of its search take.

    python3 transformers_whisper.py MODEL_FOLDER

Needs torch with CUDA and transformers. Prints one line of JSON: versions, and medians in milliseconds. The encoder gets random log-mel;
a step is what each token more takes of a search that is made to go on.
"""
import json, statistics, sys, time
import torch, transformers
from transformers import GenerationConfig, WhisperForConditionalGeneration
from transformers.generation import GenerationMixin

FEW, MANY = 20, 120
model = WhisperForConditionalGeneration.from_pretrained(sys.argv[1], dtype=torch.float16).cuda().eval()
config = model.config
mel = torch.randn(1, config.num_mel_bins, 3000, dtype=torch.float16, device="cuda")


def median_ms(work, runs):
    times = []
    for run in range(runs + 1):
        torch.cuda.synchronize()
        start = time.perf_counter()
        work()
        torch.cuda.synchronize()
        if run > 0:  # The first is a warm-up.
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def search(beams, tokens):
    """Whisper's own generate() wants more of a model than random weights have."""
    settings = GenerationConfig(
        min_new_tokens=tokens, max_new_tokens=tokens, num_beams=beams, do_sample=False,
        eos_token_id=config.eos_token_id, pad_token_id=config.eos_token_id, decoder_start_token_id=config.decoder_start_token_id)
    return GenerationMixin.generate(model, mel, generation_config=settings)


with torch.inference_mode():
    encoder_ms = median_ms(lambda: model.model.encoder(mel), 7)
    steps = {}
    for beams in (1, 5):
        few, many = (median_ms(lambda: search(beams, tokens), 3) for tokens in (FEW, MANY))
        steps[f"step{beams}Ms"] = (many - few) / (MANY - FEW)
print(json.dumps({"transformers": transformers.__version__, "torch": torch.__version__, "encoderMs": encoder_ms, **steps}))
