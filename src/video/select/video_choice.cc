#include "video/select/video_choice.h"

#include <algorithm>
#include <thread>

namespace edgevlm {
namespace {

// Threads that decode; more of them only hold more frames.
constexpr unsigned kMostThreads = 4;
// A frame is resized to the encoder's input: twice that leaves the resizing its quality.
constexpr int kLeastSide = 640;
constexpr int kMostSide = 1280;

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

}  // namespace

int FramesAtMost(const VideoChoice& choice, const ModelInfo& model) {
  return choice.selector.count > 0 ? choice.selector.count : BudgetFrames(choice, model);
}

SelectionOptions SelectionFor(const VideoChoice& choice, const ModelInfo& model) {
  const unsigned cores = std::thread::hardware_concurrency();
  return {.selector = choice.selector,
          .from_seconds = choice.from_seconds,
          .to_seconds = choice.to_seconds,
          .budget_frames = BudgetFrames(choice, model),
          .most_frames_per_second = model.frames_per_second,
          .max_side = std::clamp(2 * model.image_size, kLeastSide, kMostSide),
          .threads = static_cast<int>(std::clamp(cores, 1U, kMostThreads))};
}

VideoOptions EncodingFor(const VideoChoice& choice, const ModelInfo& model, std::size_t frames,
                         double video_seconds) {
  const auto count = static_cast<int>(frames);
  const int images = model.has_frame_pairs ? (count + 1) / 2 : count;
  return {.video_seconds = video_seconds, .frame_tokens = FrameTokens(choice, model, images)};
}

std::vector<FrameView> ViewsOf(std::span<const VideoFrame> frames) {
  std::vector<FrameView> views;
  for (const VideoFrame& frame : frames) {
    const Image& image = frame.image;
    views.push_back(
        {.pixels = {image.width, image.height, image.pixels}, .seconds = frame.seconds});
  }
  return views;
}

}  // namespace edgevlm
