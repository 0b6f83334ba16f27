"""Usage: write_ggml.py FILE_GGUF TOKENIZER_JSON OUT

Writes a Whisper that `edgevlm convert` made as whisper.cpp reads it: matrices in float16, the rest in float32,
under OpenAI's names."""
import json
import re
import struct
import sys

import gguf
import numpy
from faster_whisper.feature_extractor import FeatureExtractor

MAGIC = 0x67676D6C
BLOCK_PARTS = {
    "ln1": "attn_ln", "attn_norm": "attn_ln", "attn_q": "attn.query", "attn_k": "attn.key", "attn_v": "attn.value",
    "attn_out": "attn.out", "attn_output": "attn.out", "ln2": "mlp_ln", "ffn_norm": "mlp_ln", "ffn_up": "mlp.0",
    "ffn_down": "mlp.2", "cross_attn_norm": "cross_attn_ln", "cross_attn_q": "cross_attn.query",
    "cross_attn_k": "cross_attn.key", "cross_attn_v": "cross_attn.value", "cross_attn_output": "cross_attn.out",
}
NAMES = {
    "a.position_embd.weight": "encoder.positional_embedding", "a.conv1d.1.weight": "encoder.conv1.weight",
    "a.conv1d.1.bias": "encoder.conv1.bias", "a.conv1d.2.weight": "encoder.conv2.weight",
    "a.conv1d.2.bias": "encoder.conv2.bias", "a.post_ln.weight": "encoder.ln_post.weight",
    "a.post_ln.bias": "encoder.ln_post.bias", "position_embd.weight": "decoder.positional_embedding",
    "token_embd.weight": "decoder.token_embedding.weight", "output_norm.weight": "decoder.ln.weight",
    "output_norm.bias": "decoder.ln.bias",
}


def name_of(name):
    if name in NAMES:
        return NAMES[name]
    prefix, block, part, member = re.fullmatch(r"(a\.)?blk\.(\d+)\.(\w+)\.(\w+)", name).groups()
    return f"{'encoder' if prefix else 'decoder'}.blocks.{block}.{BLOCK_PARTS[part]}.{member}"


def bytes_of_tokens(path):
    """The tokens before the special ones, as bytes: the vocabulary spells each byte as a letter."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in plain]
    letters = {chr(byte): byte for byte in plain} | {chr(256 + i): byte for i, byte in enumerate(others)}
    with open(path, encoding="utf-8") as file:
        vocabulary = json.load(file)["model"]["vocab"]
    return [bytes(letters[letter] for letter in token) for token, _ in sorted(vocabulary.items(), key=lambda e: e[1])
            if not token.startswith("<|")]


def write_tensor(out, name, values):
    is_half = values.ndim >= 2 and "positional" not in name and not name.endswith(".bias")
    encoded = name.encode()
    out.write(struct.pack("<3i", values.ndim, len(encoded), is_half))
    out.write(struct.pack(f"<{values.ndim}i", *reversed(values.shape)))
    out.write(encoded + values.astype(numpy.float16 if is_half else numpy.float32).tobytes())


def main():
    source, tokenizer, path = sys.argv[1:]
    reader = gguf.GGUFReader(source)

    def number(key):
        return int(reader.fields[f"whisper.{key}"].contents())

    bands = number("audio.num_mel_bins")
    sizes = [number("vocab_size")]
    for side in ("audio.", ""):
        sizes += [number(f"{side}context_length"), number(f"{side}embedding_length"),
                  number("audio.head_count" if side else "attention.head_count"), number(f"{side}block_count")]
    with open(path, "wb") as out:
        out.write(struct.pack("<I11i", MAGIC, *sizes, bands, 1))
        filters = FeatureExtractor(feature_size=bands).mel_filters.astype(numpy.float32)
        out.write(struct.pack("<2i", *filters.shape) + filters.tobytes())
        tokens = bytes_of_tokens(tokenizer)
        out.write(struct.pack("<i", len(tokens)))
        for token in tokens:
            out.write(struct.pack("<I", len(token)) + token)
        for tensor in reader.tensors:
            values = gguf.dequantize(tensor.data, tensor.tensor_type)
            shape = [int(extent) for extent in reversed(tensor.shape)]
            name = name_of(tensor.name)
            if re.fullmatch(r"encoder\.conv\d\.bias", name):
                shape = [shape[0], 1]
            write_tensor(out, name, values.reshape(shape))


if __name__ == "__main__":
    main()
