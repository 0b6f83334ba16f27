#!/usr/bin/env python3
"""Downloads emoji in several styles from npm, for `edgevlm-train --styles FOLDER`.

Usage: tools/fetch_emoji_styles.py FOLDER [--held-out]
Writes FOLDER/<style>.json for every style: {"1f415": "<svg ...>", ...}, with the emoji of
src/train/scenes/things.cc that the style has. With --held-out, only the style that is never trained
with, for tests. Needs npm and dwebp; exits with 1 if a package cannot be fetched.

Licenses: Twemoji, Streamline and EmojiOne 2 CC BY 4.0, OpenMoji CC BY-SA 4.0, Fluent Emoji MIT, Noto
Emoji (the first design) and FxEmoji Apache 2.0.
"""
import base64
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

# In the packages of Iconify. Most sets have the same names of drawings.
STYLES = {
    "twemoji": "@iconify-json/twemoji@1.2.5",
    "openmoji": "@iconify-json/openmoji@1.2.29",
    "fluent-emoji-flat": "@iconify-json/fluent-emoji-flat@1.2.6",
    "fluent-emoji": "@iconify-json/fluent-emoji@1.2.7",
    "noto-v1": "@iconify-json/noto-v1@1.2.5",
    "fxemoji": "@iconify-json/fxemoji@1.2.2",
    "streamline-emojis": "@iconify-json/streamline-emojis@1.2.4",
}
# Renderings, a file FOLDER/<code point>.webp each.
RENDERED = {"fluent-emoji-3d": "@lobehub/fluent-emoji-3d@1.1.0"}
RENDERED_SIDE = 144  # pixels
HELD_OUT = {"emojione": "@iconify-json/emojione@1.2.3"}
NAMES = STYLES["fluent-emoji-flat"]  # says which name each code point has

THINGS = pathlib.Path(__file__).resolve().parent.parent / "src/train/scenes/things.cc"


def fetch(package, folder):
    """The JSON and WebP files of a package: {name: bytes}."""
    packed = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True,
                            capture_output=True, text=True).stdout.split()[-1]
    with tarfile.open(folder / packed) as archive:
        return {member.name: archive.extractfile(member).read()
                for member in archive if member.isfile() and member.name.endswith((".json", ".webp"))}


def drawing(icons, name):
    """The SVG of one drawing, or None."""
    icon = icons["icons"].get(name)
    if icon is None:
        return None
    box = [icon.get(key, icons.get(key, default))
           for key, default in (("left", 0), ("top", 0), ("width", 16), ("height", 16))]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="{box[2]}" height="{box[3]}" viewBox="{" ".join(map(str, box))}">'
            f'{icon["body"]}</svg>')


def drawings_of(icons, names, things):
    """{code point: SVG} of a set of Iconify's."""
    drawings = {}
    for point, thing in things.items():
        name = names.get(point) or names.get(point + "-fe0f")
        own = thing.replace(" ", "-")
        found = [svg for known in (name, own, f"{name}-1", f"{own}-1")
                 if (svg := drawing(icons, known))]
        if found:
            drawings[point] = found[0]
    return drawings


def rendered(webp):
    """An SVG that shows a WebP image; librsvg reads none itself, but PNG."""
    side = str(RENDERED_SIDE)
    png = subprocess.run(["dwebp", "-quiet", "-scale", side, side, "-o", "-", "--", "-"],
                         input=webp, check=True, capture_output=True).stdout
    return (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="{side}" height="{side}" viewBox="0 0 {side} {side}">'
            f'<image width="{side}" height="{side}" xlink:href="data:image/png;base64,'
            f'{base64.b64encode(png).decode()}"/></svg>')


def renderings_of(files, things):
    """{code point: SVG} of a set of WebP images."""
    images = {pathlib.PurePath(name).stem.removesuffix("-fe0f"): webp
              for name, webp in files.items() if name.endswith(".webp")}
    return {point: rendered(images[point]) for point in things if point in images}


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--held-out"]):
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    things = {point.lower().zfill(4): name for name, point in
              re.findall(r'\{kEmoji, "(.*?)", .*, 0x([0-9A-F]+)\}', THINGS.read_text())}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        names = json.loads(fetch(NAMES, folder)["package/chars.json"])
        held_out = bool(sys.argv[2:])
        styles = {style: drawings_of(json.loads(fetch(package, folder)["package/icons.json"]), names,
                                     things)
                  for style, package in (HELD_OUT if held_out else STYLES).items()}
        if not held_out:
            styles |= {style: renderings_of(fetch(package, folder), things)
                       for style, package in RENDERED.items()}
        for style, drawings in styles.items():
            (target / f"{style}.json").write_text(json.dumps(drawings))
            print(f"{style}: {len(drawings)} of {len(things)} emoji")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as failure:
        print(f"fetch_emoji_styles: {' '.join(failure.cmd)}: {failure.stderr.strip()}",
              file=sys.stderr)
        sys.exit(1)
