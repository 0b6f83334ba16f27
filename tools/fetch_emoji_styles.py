#!/usr/bin/env python3
"""Downloads emoji in several styles from npm, for `edgevlm-train --styles FOLDER`.

Usage: tools/fetch_emoji_styles.py FOLDER [--held-out]
Writes FOLDER/<style>.json for every style: {"1f415": "<svg ...>", ...}, with the emoji of
src/train/scenes/things.cc that the style has. With --held-out, only the style that is never trained
with, for tests. Needs npm; exits with 1 if a package cannot be fetched.

Licenses: Twemoji, Streamline and EmojiOne 2 CC BY 4.0, OpenMoji CC BY-SA 4.0, Fluent Emoji MIT, Noto
Emoji (the first design) and FxEmoji Apache 2.0.
"""
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
HELD_OUT = {"emojione": "@iconify-json/emojione@1.2.3"}
NAMES = STYLES["fluent-emoji-flat"]  # says which name each code point has

THINGS = pathlib.Path(__file__).resolve().parent.parent / "src/train/scenes/things.cc"


def fetch(package, folder):
    """The files of a package: {name: bytes}."""
    packed = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True,
                            capture_output=True, text=True).stdout.split()[-1]
    with tarfile.open(folder / packed) as archive:
        return {member.name: archive.extractfile(member).read()
                for member in archive if member.isfile() and member.name.endswith(".json")}


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
        for style, package in (HELD_OUT if sys.argv[2:] else STYLES).items():
            icons = json.loads(fetch(package, folder)["package/icons.json"])
            drawings = {}
            for point, thing in things.items():
                name = names.get(point) or names.get(point + "-fe0f")
                own = thing.replace(" ", "-")
                found = [svg for known in (name, own, f"{name}-1", f"{own}-1")
                         if (svg := drawing(icons, known))]
                if found:
                    drawings[point] = found[0]
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
