#!/usr/bin/env python3
"""Checks that includes go one way through src/, and that outside libraries stay in their folders.

Usage: tools/check_layers.py [ROOT]. Prints one line per wrong include; exits 1 if there is one.
"""
import pathlib
import re
import sys

# Folder of src/ -> the folders it may include from, besides itself.
BELOW_DECODE = "model cache kernels gguf tokenizer image tensor profile base"
MAY_INCLUDE = {
    "base": "",
    "config": "base",
    "metrics": "base",
    "digest": "base",
    "tensor": "base",
    "profile": "base",
    "kernels": "tensor base",
    "gguf": "kernels tensor base",
    "tokenizer": "gguf base",
    "convert": "tokenizer gguf kernels tensor base",
    "image": "kernels tensor base",
    "cache": "kernels tensor base",
    "model": "cache kernels gguf image tensor profile base",
    "decode": BELOW_DECODE,
    "engine": "decode digest " + BELOW_DECODE,
    "eval": "engine base",
    "roofline": "base",
    "catalog": "gguf digest base",
    "server": "engine catalog digest metrics base",
    "cli": "server metrics config eval roofline engine catalog convert decode " + BELOW_DECODE,
    "train": "gguf tokenizer image tensor base",
}

# Headers of the public API, include/edgevlm/ -> the folders that may include them. base/result.h
# re-exports Result.
API = {
    "edgevlm/edgevlm.h": "engine eval server cli",
    "edgevlm/cache_options.h": "cache decode engine cli",
    "edgevlm/decode_options.h": "decode engine server cli",
    "edgevlm/pressure_options.h": "engine cli",
    "edgevlm/speculation.h": "engine cli",
    "edgevlm/vision_options.h": "engine cli",
    "edgevlm/cache_counters.h": "engine server cli",
    "edgevlm/scheduler.h": "engine server cli",
    "edgevlm/probe.h": "engine server",
    "edgevlm/count_tokens.h": "engine server cli",
    "edgevlm/grammar.h": "decode engine server",
    "edgevlm/exit_options.h": "decode engine cli",
    "edgevlm/result.h": "base",
}

# Start of an outside header -> the folders that may include it.
OUTSIDE = {
    "torch/": "train",
    "ATen/": "train",
    "c10/": "train",
    "ft2build.h": "train",
    "freetype": "train",
    "hwy/": "kernels",
    "jpeglib.h": "image",
    "jerror.h": "image",
    "png.h": "image",
    "zlib.h": "image",
    "webp/": "image",
    "utf8proc.h": "tokenizer",
    "CLI/": "cli train",
    "histedit.h": "cli",
    "yaml-cpp/": "config",
    "prometheus/": "metrics",
    "boost/": "server",
    "nlohmann/": "catalog cli convert eval metrics server train",
    "curl/": "catalog",
    "openssl/": "digest",
    "immintrin.h": "kernels roofline",
    "arm_neon.h": "kernels roofline",
}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def wrong_include(folder, form, target):
    """Why `folder` may not include `target`, or None."""
    for start, folders in OUTSIDE.items():
        if target.startswith(start):
            return None if folder in folders.split() else f"only for: {folders}"
    if target in API:
        return None if folder in API[target].split() else f"only for: {API[target]}"
    if form == "<":
        return None
    if "/" not in target:
        return "not relative to src/"
    other = target.split("/")[0]
    if other == folder or other in MAY_INCLUDE[folder].split():
        return None
    return f"{folder} may include: {MAY_INCLUDE[folder] or 'nothing else'}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    wrong = files = 0
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        files += 1
        folder = path.relative_to(root / "src").parts[0]
        if folder not in MAY_INCLUDE:
            print(f"{path}: folder {folder} is not in MAY_INCLUDE of tools/check_layers.py")
            wrong += 1
            continue
        text = path.read_text(encoding="utf-8")
        for form, target in INCLUDE.findall(text):
            reason = wrong_include(folder, form, target)
            if reason:
                print(f"{path}: {target}: {reason}")
                wrong += 1
    print(f"check_layers: {files} files, {wrong} wrong includes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
