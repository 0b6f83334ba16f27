"""Usage: faster_whisper_base.py FOLDER THREADS LANGUAGE FILE...

LANGUAGE is a code, or auto. Transcribes with faster-whisper (int8, one beam). Prints one JSON line: "seconds" of all files without
loading the model, and "transcripts" with text and language."""
import json
import sys
import time

from faster_whisper import WhisperModel


def transcribe(model, path, language):
    segments, info = model.transcribe(path, beam_size=1, language=None if language == "auto" else language)
    return {"text": " ".join(each.text.strip() for each in segments), "language": info.language}


def main():
    folder, threads, language, *files = sys.argv[1:]
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=int(threads))
    transcribe(model, files[0], language)
    begin = time.perf_counter()
    transcripts = [transcribe(model, path, language) for path in files]
    print(json.dumps({"seconds": time.perf_counter() - begin, "transcripts": transcripts}))


if __name__ == "__main__":
    main()
