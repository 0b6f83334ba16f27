#!/usr/bin/env python3
"""Checks that includes in src/ and python/ go one way, and outside libraries stay in their folders.

Usage: tools/check_layers.py [ROOT]. Prints one line per wrong include; exits 1 if there is one.
"""
import pathlib
import re
import sys

# Folders of the sources, with their subfolders as keys of MAY_INCLUDE.
SOURCES = ("src", "python")

# Folder -> the folders it may include from, besides itself: those that it does include from.
MAY_INCLUDE = {
    "base": "",
    "config": "base",
    "metrics": "base",
    "digest": "base",
    "tensor": "base",
    "profile": "base",
    "roofline": "base",
    "kernels": "tensor base",
    "gguf": "tensor base",
    "tokenizer": "gguf base",
    "convert": "tokenizer gguf kernels tensor base",
    "image": "kernels tensor base",
    "audio": "kernels video tensor base",
    "video": "image base",
    "cache": "kernels tensor base",
    "model": "cache kernels gguf image tensor profile base",
    "transcribe": "audio video decode model kernels gguf tokenizer base",
    "decode": "model cache kernels tokenizer tensor base",
    "engine": "audio decode model cache gguf tokenizer image digest roofline profile base",
    "eval": "image tokenizer base",
    "fleet": "engine base",
    "catalog": "gguf digest base",
    "measure": "audio config eval fleet image video metrics engine decode model kernels gguf tensor base",
    "server": "transcribe video catalog digest metrics base",
    "cli": "server transcribe measure video eval fleet metrics config digest roofline engine catalog convert decode gguf "
           "tokenizer tensor base",
    "teacher": "tokenizer digest tensor base",
    "train": "teacher engine eval gguf tokenizer image digest roofline kernels tensor base",
    "native": "catalog image",
}

# Headers of the public API, include/edgevlm/ -> the folders that may include them. base/result.h
# re-exports Result.
API = {
    "edgevlm/edgevlm.h": "engine video eval fleet measure server cli train native",
    "edgevlm/transcriber.h": "transcribe server cli",
    "edgevlm/cache_options.h": "cache engine",
    "edgevlm/decode_options.h": "decode server",
    "edgevlm/pressure_options.h": "engine",
    "edgevlm/speculation.h": "engine",
    "edgevlm/template_inputs.h": "tokenizer",
    "edgevlm/vision_options.h": "engine",
    "edgevlm/cache_counters.h": "engine",
    "edgevlm/scheduler.h": "engine fleet server cli",
    "edgevlm/probe.h": "engine measure server",
    "edgevlm/profiler.h": "profile engine measure",
    "edgevlm/count_tokens.h": "engine measure server cli",
    "edgevlm/grammar.h": "decode server",
    "edgevlm/image_tokens.h": "decode model",
    "edgevlm/exit_options.h": "decode cli",
    "edgevlm/result.h": "base native",
}

# Folders that show others only some of their headers -> these headers, and who may include them.
INTERFACES = {
    "transcribe": {
        "transcribe/subtitles/prompt_text.h": "server cli",
        "transcribe/subtitles/subtitles.h": "server cli",
    },
    "engine": {
        "engine/measured_engine.h": "measure",
        "engine/load/builtin_model.h": "cli",
        "engine/precision_names.h": "cli measure",
        "engine/teacher_encoder.h": "train",
        "engine/teacher_engine.h": "train",
        "engine/testing/tiny_engine.h": "fleet measure",
    },
}

# Start of an outside header -> the folders that may include it.
OUTSIDE = {
    "pybind11/": "native",
    "torch/": "train",
    "ATen/": "train",
    "c10/": "train",
    "ft2build.h": "train",
    "freetype": "train",
    "librsvg/": "train",
    "hwy/": "kernels",
    "jpeglib.h": "image",
    "jerror.h": "image",
    "png.h": "image",
    "zlib.h": "eval fleet image transcribe",
    "sqlite3.h": "fleet",
    "nats/": "fleet",
    "mosquitto.h": "cli",
    "snappy.h": "eval",
    "zstd.h": "eval",
    "webp/": "image video",
    "libav": "video",
    "libswresample/": "video",
    "libswscale/": "video",
    "seccomp.h": "video",
    "sndfile.h": "audio",
    "soxr.h": "audio",
    "utf8proc.h": "tokenizer",
    "libstemmer.h": "eval",
    "CLI/": "cli train",
    "histedit.h": "cli",
    "yaml-cpp/": "config",
    "prometheus/": "metrics",
    "boost/": "server",
    "nlohmann/": "catalog cli convert eval fleet measure metrics profile server teacher tokenizer train",
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
    if other == folder:
        return None
    if other not in MAY_INCLUDE[folder].split():
        return f"{folder} may include: {MAY_INCLUDE[folder] or 'nothing else'}"
    if other in INTERFACES and folder not in INTERFACES[other].get(target, "").split():
        return f"{other} does not show it to {folder}"
    return None


def unused_permissions(used):
    """What MAY_INCLUDE, API and INTERFACES permit and nobody includes. used: (folder, target) pairs."""
    for folder, others in MAY_INCLUDE.items():
        for other in others.split():
            if not any(f == folder and t.startswith(other + "/") for f, t in used):
                yield f"{folder} may include {other}, and does not"
    headers = list(API.items())
    for interface in INTERFACES.values():
        headers += interface.items()
    for header, folders in headers:
        for folder in folders.split():
            if (folder, header) not in used:
                yield f"{folder} may include {header}, and does not"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    wrong = files = 0
    used = set()
    paths = [path for source in SOURCES for path in sorted((root / source).rglob("*"))]
    for path in paths:
        if path.suffix not in (".h", ".cc"):
            continue
        files += 1
        folder = path.relative_to(root).parts[1]
        if folder not in MAY_INCLUDE:
            print(f"{path}: folder {folder} is not in MAY_INCLUDE of tools/check_layers.py")
            wrong += 1
            continue
        text = path.read_text(encoding="utf-8")
        for form, target in INCLUDE.findall(text):
            used.add((folder, target))
            reason = wrong_include(folder, form, target)
            if reason:
                print(f"{path}: {target}: {reason}")
                wrong += 1
    for reason in unused_permissions(used):
        print(f"tools/check_layers.py: {reason}")
        wrong += 1
    print(f"check_layers: {files} files, {wrong} wrong includes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
