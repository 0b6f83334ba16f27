// SpeechInput: recordings in prompts, as their embeddings or as what is said in them.
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/options.h"
#include "edgevlm/transcriber.h"

namespace edgevlm {

// Errors: those of Transcriber::Load and FindModel. given: a path, or the name of an installed
// model.
Result<Transcriber> LoadTranscriber(const std::string& given, const ModelOptions& model);

// A recording in a prompt.
struct HeardSound {
  Part part = {};        // embeddings, or a text that ends with an empty line if any
  Timings timings = {};  // of encoding it
};

// The track of a video in a prompt.
struct HeardTrack {
  HeardSound sound = {};
  std::optional<std::vector<TranscriptSegment>> segments = {};  // nothing: none was written down
};

// A model that reads sound gets embeddings. For others a Whisper writes down what is said. Threads:
// one at a time, and Cancel.
class SpeechInput {
 public:
  // --whisper
  void Declare(CLI::App& app);

  // The part of a prompt about a recording. A Whisper is loaded by the first call. file: its bytes,
  // if the path is "-". Errors: those of Engine::ReadSound, or of Transcriber, naming `path` or the
  // model; kInvalid without --whisper for a model that reads no sound.
  Result<HeardSound> Hear(const std::string& path, std::span<const std::byte> file,
                          const Engine& engine, const ModelOptions& model);

  // The same of the part from_s to to_s of a video, a transcript with times; nothing without
  // --whisper for a model that reads no sound.
  Result<std::optional<HeardTrack>> HearTrack(const std::string& path,
                                              std::span<const std::byte> file,
                                              const TranscribeOptions& part, const Engine& engine,
                                              const ModelOptions& model);

  // Ends what Hear writes down, with an error. From any thread.
  void Cancel() { is_cancelled_ = true; }

 private:
  MaybeError Load(const ModelOptions& model);
  Result<Transcript> Transcribe(const std::string& path, std::span<const std::byte> file,
                                TranscribeOptions options);

  std::string whisper_;
  std::optional<Transcriber> transcriber_;
  std::atomic<bool> is_cancelled_ = false;
};

}  // namespace edgevlm
