#include "cli/video/media.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/input.h"
#include "edgevlm/transcriber.h"
#include "measure/ask_once.h"
#include "video/messages.h"
#include "video/video_source.h"

namespace edgevlm {
namespace {

// Threads that decode; more of them only hold more frames.
constexpr unsigned kMostThreads = 4;
// A frame is resized to the encoder's input: twice that leaves the resizing its quality.
constexpr int kLeastSide = 640;
constexpr int kMostSide = 1280;
constexpr std::streamsize kKindBytes = 1024;

bool IsVideoFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> bytes(kKindBytes);
  file.read(bytes.data(), kKindBytes);
  return IsVideo(std::as_bytes(std::span(bytes).first(static_cast<std::size_t>(file.gcount()))));
}

// Tokens of a frame at most: in models that can choose, less where many frames share the budget.
int FrameTokens(const VideoChoice& choice, const ModelInfo& model, int images) {
  if (choice.tokens == 0 || !model.has_image_grid) return 0;
  constexpr int kLeast = 16;
  return std::clamp(choice.tokens / std::max(1, images), kLeast, model.frame_tokens);
}

int BudgetFrames(const VideoChoice& choice, const ModelInfo& model) {
  const int per_image = model.has_frame_pairs ? 2 : 1;
  if (choice.tokens == 0 || model.frame_tokens == 0) return kUsualFrames;
  // In models that can choose, the frames may be smaller: half of what is usual still shows them.
  const int tokens = model.has_image_grid ? model.frame_tokens / 2 : model.frame_tokens;
  return std::max(1, choice.tokens / std::max(1, tokens)) * per_image;
}

Result<SelectedFrames> Select(const VideoSource& source, const VideoChoice& choice,
                              const ModelInfo& model) {
  const unsigned cores = std::thread::hardware_concurrency();
  return SelectFrames(source, {.selector = choice.selector,
                               .from_seconds = choice.from_seconds,
                               .to_seconds = choice.to_seconds,
                               .budget_frames = BudgetFrames(choice, model),
                               .most_frames_per_second = model.frames_per_second,
                               .max_side = std::clamp(2 * model.image_size, kLeastSide, kMostSide),
                               .threads = static_cast<int>(std::clamp(cores, 1U, kMostThreads))});
}

Result<Media> ReadVideo(const std::string& path, Result<std::unique_ptr<VideoSource>> source,
                        const VideoChoice& choice, const ModelInfo& model) {
  if (!source) return source.error();
  Result<SelectedFrames> frames = Select(**source, choice, model);
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

void VideoChoice::Declare(CLI::App& app) {
  const auto choose = [this](const std::string& text) {
    const Result<SelectorChoice> parsed = ParseSelector(text);
    if (!parsed) throw CLI::ValidationError(parsed.error().message);
    selector = *parsed;
  };
  app.add_option_function<std::string>("--frames", choose,
                                       "of a video, which frames are shown: " + SelectorForms() +
                                           "\n(default: auto, at most " +
                                           std::to_string(kUsualFrames) + ")")
      ->type_name("SELECTOR");
  DeclareTime(app, "--from", from_seconds, "of a video, where to begin");
  DeclareTime(app, "--to", to_seconds, "of a video, where to end");
  app.add_option("--video-tokens", tokens, "show a video in at most N tokens")
      ->type_name("N")
      ->check(CLI::Range(1, 1 << 20).description(""));
}

Result<Media> ReadMedia(const std::string& path, const VideoChoice& choice,
                        const ModelInfo& model) {
  std::error_code ignored;
  if (path != "-" && std::filesystem::is_directory(path, ignored)) {
    return ReadVideo(path, OpenVideoFolder(path), choice, model);
  }
  if (path != "-" && std::filesystem::is_regular_file(path, ignored) && IsVideoFile(path)) {
    return ReadVideo(path, OpenVideoFile(path), choice, model);
  }
  Result<std::vector<std::byte>> file = ReadInput(path);
  if (!file) return file.error();
  if (!IsVideo(*file)) {
    const bool is_sound = IsSoundFile(*file);
    return Media{.file = *std::move(file), .video = std::nullopt, .is_sound = is_sound};
  }
  const std::string name = path == "-" ? "standard input" : path;
  Result<Media> media = ReadVideo(name, OpenVideoBytes(name, *file), choice, model);
  if (media) media->file = *std::move(file);
  return media;
}

Result<EncodedVideo> EncodeFrames(const SelectedFrames& video, const VideoChoice& choice,
                                  const ModelInfo& model, Session& session) {
  const auto frames = static_cast<int>(video.frames.size());
  const int images = model.has_frame_pairs ? (frames + 1) / 2 : frames;
  return session.EncodeVideo(
      ViewsOf(video.frames),
      {.video_seconds = video.seconds, .frame_tokens = FrameTokens(choice, model, images)});
}

}  // namespace edgevlm
