// Transcriber: writes down what is said in a recording, with the times of its parts.
//
//   auto transcriber = edgevlm::Transcriber::Load("whisper-base.gguf");
//   auto transcript = transcriber->Transcribe(bytes_of_a_wav_file);
//   for (const auto& segment : transcript->segments) std::puts(segment.text.c_str());
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "edgevlm/result.h"

namespace edgevlm {

// Whether a file begins like one of sound alone that a Transcriber reads; false in a build without
// sound. Cost: microseconds.
bool IsSoundFile(std::span<const std::byte> file);

struct TranscriberOptions {
  int threads = 0;  // 0: one per core
  // kInt8: large float matrices and what they read in int8, attention in bfloat16: faster, other
  // texts. All others: float32.
  Precision precision = Precision::kAuto;
};

// A part of a transcript, usually a sentence or less.
struct TranscriptSegment {
  double start_s = 0;  // from the start of the recording
  double end_s = 0;
  std::string text = {};         // without blanks around it
  std::vector<int> tokens = {};  // with its times
  // Of the window of 30 s that this is from:
  double window_s = 0;               // where it starts
  double mean_log_probability = 0;   // of its tokens
  double no_speech_probability = 0;  // that nobody speaks in it, by the model
  double compression_ratio = 0;      // of its text, in bytes: above 2.4 it repeats itself
  float temperature = 0;             // that its tokens were drawn with; 0: the most likely ones
};

struct Transcript {
  std::string language;  // as "en"; empty if nobody speaks
  double seconds = 0;    // of the recording
  std::vector<TranscriptSegment> segments;

  // All texts, with a blank between them.
  std::string Text() const {
    std::string text;
    for (const TranscriptSegment& segment : segments) {
      text += (text.empty() ? "" : " ") + segment.text;
    }
    return text;
  }
};

struct TranscribeOptions {
  std::string language = {};  // as "en"; empty: the model tells by the first window with sound
  bool translate = false;     // to English
  // A text that the recording might continue: its style, and how its names are spelled. Of a long
  // one, the end counts.
  std::string prompt = {};
  float temperature = 0;  // in [0, 1]: of the first try; if the text is poor, higher ones follow
  // Encodes a sound below 30 s alone, which takes less time, and again in a window of 30 s, as
  // Whisper was trained, if the text is poor. Other texts may come out than without.
  bool skips_padding = false;
  // The part of the recording that is transcribed. Times stay those of the recording.
  double from_s = 0;
  double to_s = std::numeric_limits<double>::infinity();
  // false: the transcript that is returned has no segments, for a stream that is long or has no
  // end.
  bool keeps_segments = true;
  // Called with each segment as soon as it is known; false: stop, with the transcript so far.
  std::function<bool(const TranscriptSegment&)> on_segment = {};
  // Called now and then; total_s is what the file's header says, 0 if it does not.
  std::function<void(double done_s, double total_s)> on_progress = {};
  // Called between two steps of milliseconds; once true it stays so, and ends in kCancelled.
  std::function<bool()> is_cancelled = {};
};

// A Whisper (Radford et al. 2022), which reads windows of 30 s. A window starts where the model
// says that the last whole segment of the one before ends. Silence is not shown to the model, which
// would write something. Threads: one at a time.
class Transcriber {
 public:
  // Errors: of the file, naming it; kUnsupported for a model that does not transcribe, and for all
  // in a build without sound.
  static Result<Transcriber> Load(const std::string& path, const TranscriberOptions& options = {});

  Transcriber(Transcriber&&) noexcept;
  Transcriber& operator=(Transcriber&&) noexcept;
  ~Transcriber();

  // The languages that the model knows, as "en"; of a model for English only, that.
  std::vector<std::string> languages() const;

  // A WAV, FLAC, Ogg or MP3 file; with the program edgevlm-video also what FFmpeg decodes, as M4A,
  // and the track of a video. Memory does not depend on its length. Errors: kUnsupported (another
  // format, or no sound track, of which HasNoSound is true), kCorrupt, kTooLarge, kIo, kInvalid (a
  // language that the model does not know, a temperature), kCancelled.
  Result<Transcript> Transcribe(std::span<const std::byte> file,
                                const TranscribeOptions& options = {});

  // The same of a file by its path, or of standard input ("-") as it comes. Errors name it: also
  // kNotFound.
  Result<Transcript> TranscribeFile(const std::string& path, const TranscribeOptions& options = {});

  // Whether an error says that a video has no sound track.
  static bool HasNoSound(const Error& error);

 private:
  struct State;
  explicit Transcriber(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace edgevlm
