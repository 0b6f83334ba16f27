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

namespace {

bool ReadsSound(const Engine& engine) { return !engine.info().sound_projector.empty(); }

// Errors name the path.
Result<HeardSound> Encode(const std::string& path, std::span<const std::byte> file,
                          const TranscribeOptions& part, const Engine& engine) {
  const bool is_in_memory = path == "-";
  const std::string name = is_in_memory ? "standard input" : path;
  const auto named = [&](const Error& error) {
    return error.message.starts_with(name) ? error : error.In(name);
  };
  const auto sound = engine.ReadSound(
      {.path = is_in_memory ? "" : path, .file = file, .from_s = part.from_s, .to_s = part.to_s});
  if (!sound) return named(sound.error());
  auto encoded = engine.GetSound(*sound);
  if (!encoded) return named(encoded.error());
  return HeardSound{{.image = std::move(encoded->embeddings)}, encoded->timings};
}

}  // namespace

void SpeechInput::Declare(CLI::App& app) {
  app.add_option("--whisper", whisper_,
                 "GGUF file of a Whisper, which writes down for a model that reads\n"
                 "no sound what is said in sound files and videos")
      ->type_name("FILE|NAME");
}

Result<HeardSound> SpeechInput::Hear(const std::string& path, std::span<const std::byte> file,
                                     const Engine& engine, const ModelOptions& model) {
  if (ReadsSound(engine)) return Encode(path, file, {}, engine);
  if (whisper_.empty()) {
    return Error{ErrorCode::kInvalid,
                 path +
                     ": a sound file, which this model does not read: expected --whisper FILE, "
                     "found none"};
  }
  if (auto error = Load(model)) return *error;
  const auto transcript = Transcribe(path, file, {});
  if (!transcript) return transcript.error();
  return HeardSound{{.text = PromptText(*transcript)}, {}};
}

Result<std::optional<HeardTrack>> SpeechInput::HearTrack(const std::string& path,
                                                         std::span<const std::byte> file,
                                                         const TranscribeOptions& part,
                                                         const Engine& engine,
                                                         const ModelOptions& model) {
  std::optional<HeardTrack> heard;
  const bool is_embedded = ReadsSound(engine);
  if (whisper_.empty() && !is_embedded) return heard;
  heard.emplace();
  std::error_code ignored;
  if (path != "-" && std::filesystem::is_directory(path, ignored)) return heard;
  if (is_embedded) {
    auto sound = Encode(path, file, part, engine);
    if (!sound && Transcriber::HasNoSound(sound.error())) return heard;
    if (!sound) return sound.error();
    heard->sound = *std::move(sound);
    return heard;
  }
  if (auto error = Load(model)) return *error;
  auto transcript = Transcribe(path, file, part);
  if (!transcript && Transcriber::HasNoSound(transcript.error())) return heard;
  if (!transcript) return transcript.error();
  heard->sound.part.text = TimedPromptText(*transcript);
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
                                           TranscribeOptions options) {
  options.is_cancelled = [this] { return is_cancelled_.load(); };
  if (path != "-") return transcriber_->TranscribeFile(path, options);
  auto transcript = transcriber_->Transcribe(file, options);
  if (transcript) return transcript;
  return transcript.error().In("standard input");
}

}  // namespace edgevlm
