#include "server/video/request_video.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "video/select/engine_judge.h"
#include "video/video_source.h"

namespace edgevlm {
namespace {

constexpr double kMostSeconds = 1e9;
// A video that needs more than this would block those of other requests.
constexpr int kSilentSeconds = 20;
constexpr int kProcessorSeconds = 300;
constexpr int kBytesPerPixel = 3;

// The side of square frames of which so many fit.
int LargestSide(std::size_t bytes, int frames) {
  const double pixels = static_cast<double>(bytes) / kBytesPerPixel / std::max(1, frames);
  return std::max(1, static_cast<int>(std::sqrt(std::min(pixels, 1e9))));
}

ApiError AtField(const Error& error, const std::string& where) {
  ApiError api_error = ToApiError(error);
  if (error.code == ErrorCode::kCancelled) api_error.status = 503;
  // The source's own errors begin with its name.
  if (!error.message.starts_with(where)) api_error.message = where + ": " + error.message;
  api_error.param = where;
  return api_error;
}

void Fill(SelectedFrames selected, const VideoChoice& choice, const ModelInfo& model,
          const PendingVideo& pending) {
  pending.video->options = EncodingFor(choice, model, selected.frames.size(), selected.seconds);
  *pending.summary = {.seconds = selected.seconds,
                      .selector = std::move(selected.selector),
                      .near_duplicates = selected.near_duplicates,
                      .frames = {}};
  for (VideoFrame& frame : selected.frames) {
    pending.summary->frames.push_back({.seconds = frame.seconds});
    pending.video->frames.push_back({.width = frame.image.width,
                                     .height = frame.image.height,
                                     .rgb = std::move(frame.image.pixels),
                                     .seconds = frame.seconds});
  }
}

}  // namespace

VideoChoice ReadVideoFields(Fields& fields) {
  constexpr double kForever = std::numeric_limits<double>::infinity();
  constexpr Range<std::int64_t> kTokens = {1, 1 << 20};
  VideoChoice choice = {.from_seconds = fields.Number("from", {0, kMostSeconds}, 0),
                        .to_seconds = fields.Number("to", {0, kMostSeconds}, kForever),
                        .tokens = static_cast<int>(fields.Whole("video_tokens", kTokens, 0))};
  const Result<SelectorChoice> selector = ParseSelector(fields.Text("frames", "auto"));
  if (!selector) {
    fields.Reject("frames", selector.error().message);
  } else if (selector->count > kMaxVideoFrames) {
    fields.Reject("frames", "expected at most " + std::to_string(kMaxVideoFrames) + " frames");
  } else {
    choice.selector = *selector;
  }
  return choice;
}

std::optional<ApiError> ChooseFrames(const Engine& engine, std::span<PendingVideo> videos,
                                     const ChoosingOptions& options) {
  const ModelInfo& model = engine.info();
  SelectionOptions selection = SelectionFor(options.choice, model);
  selection.budget_frames = std::min(selection.budget_frames, kMaxVideoFrames);
  selection.judge = JudgeBy(engine, options.choice, options.question,
                            {.scope = options.scope, .is_cancelled = options.is_cancelled});
  const int most_frames = MostFramesAtOnce(selection);
  const std::size_t share = options.most_bytes / std::max<std::size_t>(1, videos.size());
  selection.max_side = std::min(selection.max_side, LargestSide(share, most_frames));
  const DecodingLimits limits = {.silent_seconds = kSilentSeconds,
                                 .processor_seconds = kProcessorSeconds,
                                 .is_cancelled = options.is_cancelled,
                                 .may_use_hardware = false};
  int done = 0;
  for (PendingVideo& pending : videos) {
    const auto source =
        OpenVideoBytes(pending.where, std::as_bytes(std::span(pending.file)), limits);
    if (!source) return AtField(source.error(), pending.where);
    pending.file = {};  // the source has a copy
    Result<SelectedFrames> selected = SelectFrames(**source, selection);
    if (!selected) return AtField(selected.error(), pending.where);
    Fill(*std::move(selected), options.choice, model, pending);
    if (options.on_video) options.on_video(++done);
  }
  return std::nullopt;
}

}  // namespace edgevlm
