"""Usage: faster_whisper_base.py FOLDER THREADS FILE...

Transcribes with faster-whisper (int8, one beam). Prints one JSON line: "seconds" of all files without
loading the model, and "transcripts" with text and language."""
import json
import sys
import time

from faster_whisper import WhisperModel


def transcribe(model, path):
    segments, info = model.transcribe(path, beam_size=1)
    return {"text": " ".join(each.text.strip() for each in segments), "language": info.language}


def main():
    folder, threads, *files = sys.argv[1:]
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=int(threads))
    transcribe(model, files[0])
    begin = time.perf_counter()
    transcripts = [transcribe(model, path) for path in files]
    print(json.dumps({"seconds": time.perf_counter() - begin, "transcripts": transcripts}))


if __name__ == "__main__":
    main()
