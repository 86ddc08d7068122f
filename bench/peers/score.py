"""Error rates by openai/whisper's normaliser rules, for bench/accuracy.js.

Standard input, JSON:  [{"id", "language", "reference", "texts": {"NAME": "text", ...}}, ...]
Standard output, JSON: [{"id", "unit": "words" | "characters", "length": N, "errors": {"NAME": N, ...}}, ...]

English goes through EnglishTextNormalizer, the rest through BasicTextNormalizer. Errors are the least number of
substitutions, deletions and insertions between the normalised texts, in words, or in characters for scripts that write
no spaces. whisper_normalizer is openai's code as a package without torch.
"""
import json
import sys

from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

UNSPACED_LANGUAGES = {"ja", "zh", "yue", "th", "lo", "km", "my"}
# The package adds these rules to openai's; without them the two agree (compared with openai/whisper at c0d2f62).
ADDED_RULES = (r"\bkinda\b", r"\bsorta\b", r"\bdunno\b", r"\bcause\b")


def english_normalizer():
    normalizer = EnglishTextNormalizer()
    for rule in ADDED_RULES:
        normalizer.replacers.pop(rule, None)
    return normalizer


def edit_distance(reference, hypothesis):
    """Levenshtein distance of two lists."""
    row = list(range(len(hypothesis) + 1))
    for i, wanted in enumerate(reference, start=1):
        diagonal, row[0] = row[0], i
        for j, got in enumerate(hypothesis, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (wanted != got))
    return row[-1]


def main():
    english, basic = english_normalizer(), BasicTextNormalizer()
    scores = []
    for item in json.load(sys.stdin):
        normalize = english if item["language"] == "en" else basic
        unspaced = item["language"] in UNSPACED_LANGUAGES

        def units(text):
            words = normalize(text).split()
            return list("".join(words)) if unspaced else words

        reference = units(item["reference"])
        scores.append(
            {
                "id": item["id"],
                "unit": "characters" if unspaced else "words",
                "length": len(reference),
                "errors": {name: edit_distance(reference, units(text)) for name, text in item["texts"].items()},
            }
        )
    json.dump(scores, sys.stdout)


if __name__ == "__main__":
    main()
