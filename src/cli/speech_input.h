// SpeechInput: recordings in prompts, as what is said in them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "cli/options.h"
#include "edgevlm/transcriber.h"

namespace edgevlm {

// Errors: those of Transcriber::Load and FindModel. given: a path, or the name of an installed
// model.
Result<Transcriber> LoadTranscriber(const std::string& given, const ModelOptions& model);

// No model here reads sound itself, so a Whisper writes down what is said, and the prompt has that.
class SpeechInput {
 public:
  // --whisper
  void Declare(CLI::App& app);

  // The part of a prompt about a recording, which ends with an empty line. The model is loaded by
  // the first call. Errors: those of Transcriber, naming `path` or the model; kInvalid without
  // --whisper.
  Result<std::string> PromptAbout(const std::string& path, std::span<const std::byte> file,
                                  const ModelOptions& model);

 private:
  std::string whisper_;
  std::optional<Transcriber> transcriber_;
};

}  // namespace edgevlm
