#include "cli/speech_input.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "catalog/folder.h"
#include "transcribe/subtitles/prompt_text.h"

namespace edgevlm {

Result<Transcriber> LoadTranscriber(const std::string& given, const ModelOptions& model) {
  const auto found = FindModel(given);
  if (!found) return found.error();
  return Transcriber::Load(found->model, {.threads = model.threads, .precision = model.precision});
}

void SpeechInput::Declare(CLI::App& app) {
  app.add_option("--whisper", whisper_,
                 "GGUF file of a Whisper, which writes down for the model\n"
                 "what is said in sound files and videos")
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
  if (auto error = Load(model)) return *error;
  const auto transcript = Transcribe(path, file, {});
  if (!transcript) return transcript.error();
  return PromptText(*transcript);
}

Result<std::optional<HeardTrack>> SpeechInput::HearTrack(const std::string& path,
                                                         std::span<const std::byte> file,
                                                         const TranscribeOptions& part,
                                                         const ModelOptions& model) {
  std::optional<HeardTrack> heard;
  if (whisper_.empty()) return heard;
  heard.emplace();
  std::error_code ignored;
  if (path != "-" && std::filesystem::is_directory(path, ignored)) return heard;
  if (auto error = Load(model)) return *error;
  auto transcript = Transcribe(path, file, part);
  if (!transcript && Transcriber::HasNoSound(transcript.error())) return heard;
  if (!transcript) return transcript.error();
  heard->prompt = TimedPromptText(*transcript);
  heard->segments = std::move(transcript->segments);
  return heard;
}

MaybeError SpeechInput::Load(const ModelOptions& model) {
  if (transcriber_) return std::nullopt;
  auto loaded = LoadTranscriber(whisper_, model);
  if (!loaded) return loaded.error();
  transcriber_.emplace(*std::move(loaded));
  return std::nullopt;
}

Result<Transcript> SpeechInput::Transcribe(const std::string& path, std::span<const std::byte> file,
                                           const TranscribeOptions& options) {
  if (path != "-") return transcriber_->TranscribeFile(path, options);
  auto transcript = transcriber_->Transcribe(file, options);
  if (transcript) return transcript;
  return Error{transcript.error().code, "standard input: " + transcript.error().message};
}

}  // namespace edgevlm
