#!/usr/bin/env python3
"""Whisper tiny.en (fp16 safetensors) widened to the shape of large-v3-turbo, saying the same: texts to compare at that shape.

    python3 bench/turbo_shape.py SOURCE OUT

SOURCE is a folder of the hub's layout; so is OUT, with tiny.en's 80 mels and vocabulary. Needs numpy.

The residual stream of 384 becomes 1280: three copies of x and 128 entries that hold its mean. Mean and nine tenths of the variance
stay as they were, so LayerNorm weights times sqrt(0.9) give the values of the small model in the first copy, which alone is read.
All that is written is linear but the encoder's input, GELU(conv2): its mean over channels is taken as the constant GELU_MEAN.
"""
import json, os, shutil, sys
import numpy as np

GELU_MEAN = 0.1245  # of tiny.en over speech; it varies by 0.006, where the entries deviate by 0.75
d, D, HEAD, FFN, LAYERS = 384, 1280, 64, 5120, 32
OWN_LAYERS = 4
COPIES, REST = 3, D - 3 * d
GAMMA = (COPIES * d / D) ** 0.5
E = "model.encoder."
DEC = "model.decoder."


def load(path):
    raw = open(path, "rb").read()
    n = int.from_bytes(raw[:8], "little")
    out = {}
    for name, t in json.loads(raw[8 : 8 + n]).items():
        if name == "__metadata__":
            continue
        assert t["dtype"] == "F16", t
        a, b = t["data_offsets"]
        out[name] = np.frombuffer(raw, np.float16, (b - a) // 2, 8 + n + a).reshape(t["shape"])
    return out


pool = np.random.default_rng(1).standard_normal(1 << 23, np.float32) * np.float32(0.02)
pool = pool.astype(np.float16)
turn = 0


def noise(*shape):
    """Random weights, sigma 0.02, from a pool read at ever other places."""
    global turn
    n = int(np.prod(shape))
    turn = (turn + 1_234_567) % (pool.size - min(n, pool.size - 1))
    return np.resize(pool[turn:], n).reshape(shape) if n > pool.size - turn else pool[turn : turn + n].reshape(shape).copy()


def widen(w):
    """What is written into the residual stream (first axis: its 384 entries)."""
    mean = w.astype(np.float32).mean(0, keepdims=True).astype(np.float16)
    return np.concatenate([w] * COPIES + [np.repeat(mean, REST, 0)])


def norm(w, is_bias, final=False):
    out = np.zeros(D, np.float16) if final or is_bias else np.ones(D, np.float16)
    out[:d] = w if is_bias else (w.astype(np.float32) * GAMMA).astype(np.float16)
    return out


def main(source, target):
    src = load(f"{source}/model.safetensors")
    config = json.load(open(f"{source}/config.json"))
    assert config["d_model"] == d and config["encoder_layers"] == config["decoder_layers"] == OWN_LAYERS
    makers = {}  # name -> (shape, function)

    def put(name, shape, make):
        makers[name] = (list(shape), make)

    def padded(name, shape, rest):
        """The small tensor in the corner of one of `shape`; beyond: rows of noise, columns of zeros."""
        def make():
            w = src[name]
            if w.ndim == 1:
                out = np.zeros(shape, np.float16)
                out[: w.shape[0]] = w
                return out
            out = noise(*shape) if rest else np.zeros(shape, np.float16)
            out[: w.shape[0]] = 0
            out[: w.shape[0], : w.shape[1]] = w
            return out
        put(name, shape, make)

    def writer(name, columns=None):
        w = src[name]
        if w.ndim == 1:
            put(name, [D], lambda: widen(w))
            return
        def make():
            out = np.zeros((D, columns), np.float16)
            out[:, : w.shape[1]] = widen(w)
            return out
        put(name, [D, columns], make)

    def layer_norm(prefix, final=False):
        for part in ("weight", "bias"):
            w = src[f"{prefix}.{part}"]
            put(f"{prefix}.{part}", [D], lambda w=w, part=part: norm(w, part == "bias", final))

    def block(prefix, attentions):
        for a in attentions:
            for p in "qkv":
                padded(f"{prefix}.{a}.{p}_proj.weight", [D, D], True)
                if p != "k":
                    padded(f"{prefix}.{a}.{p}_proj.bias", [D], False)
            writer(f"{prefix}.{a}.out_proj.weight", D)
            writer(f"{prefix}.{a}.out_proj.bias")
            layer_norm(f"{prefix}.{a}_layer_norm")
        padded(f"{prefix}.fc1.weight", [FFN, D], True)
        padded(f"{prefix}.fc1.bias", [FFN], False)
        writer(f"{prefix}.fc2.weight", FFN)
        writer(f"{prefix}.fc2.bias")
        layer_norm(f"{prefix}.final_layer_norm")

    def idle(prefix):
        """An encoder layer that computes and adds nothing."""
        def zeros(*shape):
            return lambda: np.zeros(shape, np.float16)

        for p in "qkv":
            put(f"{prefix}.self_attn.{p}_proj.weight", [D, D], lambda: noise(D, D))
            if p != "k":
                put(f"{prefix}.self_attn.{p}_proj.bias", [D], zeros(D))
        put(f"{prefix}.self_attn.out_proj.weight", [D, D], zeros(D, D))
        put(f"{prefix}.self_attn.out_proj.bias", [D], zeros(D))
        put(f"{prefix}.fc1.weight", [FFN, D], lambda: noise(FFN, D))
        put(f"{prefix}.fc1.bias", [FFN], zeros(FFN))
        put(f"{prefix}.fc2.weight", [D, FFN], zeros(D, FFN))
        put(f"{prefix}.fc2.bias", [D], zeros(D))
        for n in ("self_attn_layer_norm", "final_layer_norm"):
            put(f"{prefix}.{n}.weight", [D], lambda: np.ones(D, np.float16))
            put(f"{prefix}.{n}.bias", [D], zeros(D))

    def conv1(name):
        w = src[name]
        def make():
            out = np.zeros((D, *w.shape[1:]), np.float16)
            out[:d] = w
            return out
        put(name, [D, *w.shape[1:]], make)

    def conv2(name):
        w = src[name]
        def make():
            out = np.zeros((D, D, *w.shape[2:]) if w.ndim > 1 else D, np.float16)
            for c in range(COPIES):
                if w.ndim > 1:
                    out[c * d : (c + 1) * d, :d] = w
                else:
                    out[c * d : (c + 1) * d] = w
            return out
        put(name, [D, D, *w.shape[2:]] if w.ndim > 1 else [D], make)

    def positions(name, constant):
        w = src[name]
        def make():
            out = np.ascontiguousarray(widen(w.T).T)
            out[:, COPIES * d :] += np.float16(constant)
            return out
        put(name, [w.shape[0], D], make)

    for part in ("weight", "bias"):
        conv1(f"{E}conv1.{part}")
        conv2(f"{E}conv2.{part}")
    positions(E + "embed_positions.weight", GELU_MEAN)
    for i in range(LAYERS):
        if i < OWN_LAYERS:
            block(f"{E}layers.{i}", ["self_attn"])
        else:
            idle(f"{E}layers.{i}")
    layer_norm(E + "layer_norm")
    positions(DEC + "embed_positions.weight", 0)
    tokens = src[DEC + "embed_tokens.weight"]
    put(DEC + "embed_tokens.weight", [tokens.shape[0], D], lambda: np.ascontiguousarray(widen(tokens.T).T))
    for i in range(OWN_LAYERS):
        block(f"{DEC}layers.{i}", ["self_attn", "encoder_attn"])
    layer_norm(DEC + "layer_norm", final=True)
    missing = set(src) - set(makers) - {"proj_out.weight"}
    assert not missing, missing

    os.makedirs(target, exist_ok=True)
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, (shape, _) in makers.items():
        size = 2 * int(np.prod(shape))
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with open(f"{target}/model.safetensors", "wb") as f:
        f.write(len(head).to_bytes(8, "little") + head)
        for name, (shape, make) in makers.items():
            w = make()
            assert list(w.shape) == shape and w.dtype == np.float16, (name, w.shape, shape, w.dtype)
            w.tofile(f)
    config.update(d_model=D, encoder_layers=LAYERS, encoder_attention_heads=D // HEAD, decoder_attention_heads=D // HEAD,
                  encoder_ffn_dim=FFN, decoder_ffn_dim=FFN)
    json.dump(config, open(f"{target}/config.json", "w"), indent=2)
    for f in ("generation_config.json", "preprocessor_config.json", "tokenizer.json"):
        if os.path.exists(f"{source}/{f}"):
            shutil.copyfile(f"{source}/{f}", f"{target}/{f}")


main(sys.argv[1], sys.argv[2])
