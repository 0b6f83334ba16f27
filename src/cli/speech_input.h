// SpeechInput: recordings in prompts, as what is said in them.
#pragma once

#include <CLI/CLI.hpp>
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

// What is said in the track of a video.
struct HeardTrack {
  std::string prompt = {};  // the part of a prompt, which ends with an empty line if any
  std::optional<std::vector<TranscriptSegment>> segments = {};  // nothing: there is no track
};

// No model here reads sound itself, so a Whisper writes down what is said, and the prompt has that.
class SpeechInput {
 public:
  // --whisper
  void Declare(CLI::App& app);

  // The part of a prompt about a recording, which ends with an empty line. The model is loaded by
  // the first call. file: its bytes, if the path is "-". Errors: those of Transcriber, naming
  // `path` or the model; kInvalid without --whisper.
  Result<std::string> PromptAbout(const std::string& path, std::span<const std::byte> file,
                                  const ModelOptions& model);

  // The same of the part from_s to to_s of a video, with times; nothing without --whisper.
  Result<std::optional<HeardTrack>> HearTrack(const std::string& path,
                                              std::span<const std::byte> file,
                                              const TranscribeOptions& part,
                                              const ModelOptions& model);

 private:
  MaybeError Load(const ModelOptions& model);
  Result<Transcript> Transcribe(const std::string& path, std::span<const std::byte> file,
                                const TranscribeOptions& options);

  std::string whisper_;
  std::optional<Transcriber> transcriber_;
};

}  // namespace edgevlm
