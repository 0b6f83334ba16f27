"""Usage: whispercpp_base.py FILE_GGML THREADS LANGUAGE FILE...

Transcribes with whisper.cpp (greedy). Prints what faster_whisper_base.py prints. The recordings are decoded
before the clock starts."""
import json
import sys
import time

from faster_whisper.audio import decode_audio
from pywhispercpp.model import Model


def transcribe(model, samples, language):
    text = " ".join(each.text.strip() for each in model.transcribe(samples, language=language))
    return {"text": text, "language": ""}


def main():
    path, threads, language, *files = sys.argv[1:]
    model = Model(path, n_threads=int(threads), print_progress=False, print_realtime=False)
    recordings = [decode_audio(path) for path in files]
    transcribe(model, recordings[0], language)
    begin = time.perf_counter()
    transcripts = [transcribe(model, samples, language) for samples in recordings]
    print(json.dumps({"seconds": time.perf_counter() - begin, "transcripts": transcripts}))


if __name__ == "__main__":
    main()
