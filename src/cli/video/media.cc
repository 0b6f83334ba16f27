#include "cli/video/media.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "cli/input.h"
#include "cli/options.h"
#include "edgevlm/transcriber.h"
#include "video/camera/camera.h"
#include "video/messages.h"
#include "video/select/engine_judge.h"
#include "video/video_source.h"

namespace edgevlm {
namespace {

constexpr std::streamsize kKindBytes = 1024;
constexpr std::size_t kFrameCacheBytes = std::size_t{256} << 20;

bool IsVideoFile(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  std::ifstream file(path, std::ios::binary);
  std::vector<char> bytes(kKindBytes);
  file.read(bytes.data(), kKindBytes);
  return IsVideo(std::as_bytes(std::span(bytes).first(static_cast<std::size_t>(file.gcount()))));
}

Result<Media> ReadVideo(const std::string& path, Result<std::unique_ptr<VideoSource>> source,
                        const VideoChoice& choice, const Engine& engine,
                        const std::string& question) {
  if (!source) return source.error();
  SelectionOptions options = SelectionFor(choice, engine.info());
  options.judge = JudgeBy(engine, choice, question);
  Result<SelectedFrames> frames = SelectFrames(**source, options);
  if (frames) return Media{.file = {}, .video = *std::move(frames)};
  if (frames.error().message.ends_with(MessageReader::kNoVideoTrack)) {
    return Media{.file = {}, .video = std::nullopt, .is_sound = true};
  }
  const bool has_name = frames.error().message.starts_with(path);
  return Error{frames.error().code, (has_name ? "" : path + ": ") + frames.error().message};
}

void DeclareTime(CLI::App& app, const char* name, double& seconds, const char* help) {
  app.add_option(name, seconds, help)
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e9).description(""));
}

}  // namespace

void DeclareVideo(CLI::App& app, VideoChoice& video) {
  const auto choose = [&video](const std::string& text) {
    const Result<SelectorChoice> parsed = ParseSelector(text);
    if (!parsed) throw CLI::ValidationError(parsed.error().message);
    video.selector = *parsed;
  };
  app.add_option_function<std::string>("--frames", choose,
                                       "of a video, which frames are shown: " + SelectorForms() +
                                           "\n(default: auto, at most " +
                                           std::to_string(kUsualFrames) + ")")
      ->type_name("SELECTOR");
  DeclareTime(app, "--from", video.from_seconds, "of a video, where to begin");
  DeclareTime(app, "--to", video.to_seconds, "of a video, where to end");
  app.add_option("--video-tokens", video.tokens, "show a video in at most N tokens")
      ->type_name("N")
      ->check(CLI::Range(1, 1 << 20).description(""));
  DeclareSoftwareDecoder(app, video.is_software_only);
}

void DeclareSoftwareDecoder(CLI::App& app, bool& is_software_only) {
  app.add_flag("--software-decoder", is_software_only,
               "decode videos without a device of this machine (Video4Linux 2)");
}

std::size_t ImageCacheFor(std::span<const std::string> paths, bool is_saved) {
  const auto may_be_video = [](const std::string& path) {
    std::error_code ignored;
    return path == "-" || std::filesystem::is_directory(path, ignored) || IsVideoFile(path);
  };
  if (std::ranges::any_of(paths, may_be_video)) return kFrameCacheBytes;
  return is_saved ? kImageCacheBytes : 0;
}

Result<Media> ReadMedia(const std::string& path, const VideoChoice& choice, const Engine& engine,
                        const std::string& question) {
  std::error_code ignored;
  if (IsCameraPath(path)) {
    Result<std::vector<std::byte>> image = TakeImage(path, DecodingLimits());
    if (!image) return image.error();
    return Media{.file = *std::move(image), .video = std::nullopt};
  }
  if (path != "-" && std::filesystem::is_directory(path, ignored)) {
    return ReadVideo(path, OpenVideoFolder(path), choice, engine, question);
  }
  // A model for sound alone hears the track.
  const ModelInfo& model = engine.info();
  const DecodingLimits limits = {.may_use_hardware = !choice.is_software_only};
  const bool hears_only = model.vision_encoder.empty() && !model.sound_projector.empty();
  if (path != "-" && IsVideoFile(path)) {
    if (hears_only) return Media{.file = {}, .video = std::nullopt, .is_sound = true};
    return ReadVideo(path, OpenVideoFile(path, limits), choice, engine, question);
  }
  Result<std::vector<std::byte>> file = ReadInput(path);
  if (!file) return file.error();
  if (!IsVideo(*file) || hears_only) {
    const bool is_sound = IsSoundFile(*file) || IsVideo(*file);
    return Media{.file = *std::move(file), .video = std::nullopt, .is_sound = is_sound};
  }
  const std::string name = path == "-" ? "standard input" : path;
  Result<Media> media =
      ReadVideo(name, OpenVideoBytes(name, *file, limits), choice, engine, question);
  if (media) media->file = *std::move(file);
  return media;
}

Result<EncodedVideo> EncodeFrames(const SelectedFrames& video, const VideoChoice& choice,
                                  const ModelInfo& model, Session& session) {
  return session.EncodeVideo(ViewsOf(video.frames),
                             EncodingFor(choice, model, video.frames.size(), video.seconds));
}

}  // namespace edgevlm
