// Transcriber: writes down what is said in a recording, with the times of its parts.
//
//   auto transcriber = edgevlm::Transcriber::Load("whisper-base.gguf");
//   auto transcript = transcriber->Transcribe(bytes_of_a_wav_file);
//   for (const auto& segment : transcript->segments) std::puts(segment.text.c_str());
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "edgevlm/result.h"

namespace edgevlm {

struct TranscriberOptions {
  int threads = 0;  // 0: one per core
  Precision precision = Precision::kAuto;
};

// A part of a transcript, usually a sentence or less.
struct TranscriptSegment {
  double start_s = 0;  // from the start of the recording
  double end_s = 0;
  std::string text = {};             // without blanks around it
  double mean_log_probability = 0;   // of the tokens of the window that this is from
  double no_speech_probability = 0;  // that nobody speaks in it, by the model
};

struct Transcript {
  std::string language;  // as "en"; empty if nobody speaks
  double seconds = 0;    // of the recording
  std::vector<TranscriptSegment> segments;

  // All texts, with a blank between them.
  std::string Text() const;
};

struct TranscribeOptions {
  std::string language = {};  // as "en"; empty: the model tells by the first window with sound
  bool translate = false;     // to English
  // Called with each segment as soon as it is known; false: stop, with the transcript so far.
  std::function<bool(const TranscriptSegment&)> on_segment = {};
  // Called now and then; total_s is what the file's header says, 0 if it does not.
  std::function<void(double done_s, double total_s)> on_progress = {};
};

// A Whisper (Radford et al. 2022), which reads windows of 30 s. A window starts where the model
// says that the last whole segment of the one before ends. Silence is not shown to the model, which
// would write something. Threads: one at a time.
class Transcriber {
 public:
  // Errors: of the file, naming it; kUnsupported for a model that does not transcribe.
  static Result<Transcriber> Load(const std::string& path, const TranscriberOptions& options = {});

  Transcriber(Transcriber&&) noexcept;
  Transcriber& operator=(Transcriber&&) noexcept;
  ~Transcriber();

  // The languages that the model knows, as "en"; of a model for English only, that.
  std::vector<std::string> languages() const;

  // A WAV, FLAC, Ogg or MP3 file. Memory does not depend on its length. Errors: kUnsupported
  // (another format), kCorrupt, kTooLarge, kIo, kInvalid (a language that the model does not know).
  Result<Transcript> Transcribe(std::span<const std::byte> file,
                                const TranscribeOptions& options = {});

 private:
  struct State;
  explicit Transcriber(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace edgevlm
