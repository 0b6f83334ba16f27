#!/usr/bin/env python3
"""Resizes images with Pillow, for the test that compares our resizing with it.

Reads lines "FILTER OUT_WIDTH OUT_HEIGHT IN.ppm OUT.ppm" from standard input; FILTER is one of
bilinear, bicubic, lanczos3. Exits with status 77 if Pillow is not installed (Debian's package
is python3-pil).
"""

import sys

try:
    from PIL import Image
except ImportError:
    sys.exit(77)

FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos3": Image.LANCZOS}


def main():
    for line in sys.stdin:
        name, width, height, source, target = line.split()
        with Image.open(source) as image:
            image.resize((int(width), int(height)), FILTERS[name]).save(target)


if __name__ == "__main__":
    main()
