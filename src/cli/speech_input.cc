#include "cli/speech_input.h"

#include <utility>

#include "catalog/folder.h"

namespace edgevlm {

Result<Transcriber> LoadTranscriber(const std::string& given, const ModelOptions& model) {
  const auto found = FindModel(given);
  if (!found) return found.error();
  return Transcriber::Load(found->model, {.threads = model.threads, .precision = model.precision});
}

void SpeechInput::Declare(CLI::App& app) {
  app.add_option("--whisper", whisper_,
                 "GGUF file of a Whisper, which writes down for the model\n"
                 "what is said in sound files")
      ->type_name("FILE|NAME");
}

Result<std::string> SpeechInput::PromptAbout(const std::string& path,
                                             std::span<const std::byte> file,
                                             const ModelOptions& model) {
  if (whisper_.empty()) {
    return Error{ErrorCode::kInvalid,
                 path +
                     ": a sound file, which this model does not read: expected --whisper FILE, "
                     "found none"};
  }
  if (!transcriber_) {
    auto loaded = LoadTranscriber(whisper_, model);
    if (!loaded) return loaded.error();
    transcriber_.emplace(*std::move(loaded));
  }
  const auto transcript = transcriber_->Transcribe(file);
  if (!transcript) {
    return Error{transcript.error().code, path + ": " + transcript.error().message};
  }
  const std::string text = transcript->Text();
  if (text.empty()) return std::string("Nobody speaks in the recording.\n\n");
  return "What is said in the recording: \"" + text + "\"\n\n";
}

}  // namespace edgevlm
