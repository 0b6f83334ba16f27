#include "engine/vision/encode_video.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/stopwatch.h"
#include "digest/sha256.h"
#include "engine/vision/encode.h"
#include "engine/vision/shared_image.h"

namespace edgevlm {
namespace {

using ImagePtr = std::shared_ptr<const EncodedImage>;

// Images of one pass of the vision encoder.
constexpr std::size_t kImagesPerPass = 8;

MaybeError CheckFrames(const Model& model, std::span<const FrameView> frames) {
  if (model.vision_encoder == nullptr) return NoVisionEncoder();
  if (frames.empty()) return Error{ErrorCode::kInvalid, "video: expected frames, found none"};
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const PixelsView& pixels = frames[i].pixels;
    const PixelsView& first = frames.front().pixels;
    if (pixels.width != first.width || pixels.height != first.height) {
      return Error{ErrorCode::kInvalid,
                   "video: frame " + std::to_string(i) + ": expected " +
                       std::to_string(first.width) + " x " + std::to_string(first.height) +
                       " pixels like the first, found " + std::to_string(pixels.width) + " x " +
                       std::to_string(pixels.height)};
    }
    if (i > 0 && frames[i].seconds < frames[i - 1].seconds) {
      return Error{ErrorCode::kInvalid,
                   "video: frame " + std::to_string(i) + ": expected a time after the one before"};
    }
  }
  return std::nullopt;
}

MaybeError CheckSeveralImages(const Model& model) {
  if (model.vision_encoder == nullptr || !model.style->begins_with_image()) return std::nullopt;
  return Error{ErrorCode::kUnsupported,
               "video: expected a model that reads several images, found one for one at a time"};
}

// One image of the prompt: a frame or a pair, of which an odd last one is a frame twice.
struct Unit {
  std::vector<FrameView> frames;

  double seconds() const { return (frames.front().seconds + frames.back().seconds) / 2; }
};

std::vector<Unit> UnitsOf(std::span<const FrameView> frames, bool in_pairs) {
  std::vector<Unit> units;
  for (std::size_t i = 0; i < frames.size(); i += in_pairs ? 2 : 1) {
    units.push_back({.frames = {frames[i]}});
    if (in_pairs) units.back().frames.push_back(frames[std::min(i + 1, frames.size() - 1)]);
  }
  return units;
}

// What Sha256 knows a unit by: the pixels, and how many frames they are of.
std::string IdOf(const Unit& unit) {
  Sha256 digest;
  for (const FrameView& frame : unit.frames) {
    const std::string size = "frame " + std::to_string(frame.pixels.width) + " x " +
                             std::to_string(frame.pixels.height) + "\n";
    digest.Update(std::as_bytes(std::span(size)));
    digest.Update(std::as_bytes(frame.pixels.rgb));
  }
  return digest.HexDigest();
}

// One tile per frame in families that split images, and what a video's frame may have in others.
ImageLimits LimitsOf(const Model& model, const VideoOptions& options) {
  if (!model.projector->has_token_grid()) return {.min_tokens = 0, .max_tokens = 1};
  const int most = options.frame_tokens > 0 ? options.frame_tokens : kUsualFrameTokens;
  return {.min_tokens = std::min(model.projector->video_form().min_tokens, most),
          .max_tokens = most};
}

// Of a frame.
Result<ImageLayout> LayoutOf(const Model& model, ImageSize size, const ImageLimits& limits) {
  if (auto error = model.projector->CheckSize(size)) return *error;
  return model.projector->Layout(size, limits);
}

// Encodes the units that the cache does not hold.
class VideoEncoding {
 public:
  VideoEncoding(const EngineState& engine, const ImageLimits& limits, const EncodeVideoHooks& hooks)
      : engine_(engine), limits_(limits), hooks_(hooks) {}

  Result<std::vector<ImagePtr>> Encode(std::span<const Unit> units) {
    std::vector<ImagePtr> images(units.size());
    std::vector<std::string> ids(units.size());
    std::vector<std::size_t> missing;
    ImageCache* const cache = engine_.runtime.image_cache.get();
    for (std::size_t i = 0; i < units.size(); ++i) {
      if (cache != nullptr) {
        ids[i] = ContentOf(engine_.model, IdOf(units[i]), "video " + hooks_.scope, limits_);
        images[i] = cache->Find(ids[i]);
      }
      if (images[i] == nullptr) missing.push_back(i);
    }
    for (std::size_t first = 0; first < missing.size(); first += kImagesPerPass) {
      if (hooks_.is_over && hooks_.is_over()) {
        return Error{ErrorCode::kCancelled, "request: cancelled"};
      }
      const auto pass =
          std::span(missing).subspan(first, std::min(kImagesPerPass, missing.size() - first));
      auto encoded = EncodePass(units, pass);
      if (!encoded) return encoded.error();
      for (std::size_t i = 0; i < pass.size(); ++i) {
        images[pass[i]] = std::make_shared<const EncodedImage>(std::move((*encoded)[i]));
        if (cache != nullptr) cache->Put(ids[pass[i]], images[pass[i]]);
      }
    }
    return images;
  }

  const Timings& timings() const { return timings_; }

 private:
  Result<std::vector<EncodedImage>> EncodePass(std::span<const Unit> units,
                                               std::span<const std::size_t> pass) {
    std::vector<Image> images, second_frames;
    for (const std::size_t i : pass) {
      for (const FrameView& frame : units[i].frames) {
        Result<Image> image = ImageOf(frame.pixels);
        if (!image) return image.error();
        (&frame == &units[i].frames.front() ? images : second_frames).push_back(*std::move(image));
      }
    }
    const Result<ImageLayout> layout =
        LayoutOf(engine_.model, {images.front().width, images.front().height}, limits_);
    if (!layout) return layout.error();
    const std::vector<ImageLayout> layouts(images.size(), *layout);
    auto encoded = EncodeTogether(
        engine_, {.images = images, .second_frames = second_frames, .layouts = layouts},
        hooks_.profiler);
    if (!encoded) return encoded;
    for (const EncodedImage& image : *encoded) {
      timings_.preprocess_ms += image.timings.preprocess_ms;
      timings_.encode_ms += image.timings.encode_ms;
      timings_.total_ms += image.timings.total_ms;
    }
    return encoded;
  }

  const EngineState& engine_;
  const ImageLimits limits_;
  const EncodeVideoHooks& hooks_;
  Timings timings_;
};

// Positions from one pair to the next: as far apart as the pairs are on average.
double FrameStep(const VideoForm& form, std::span<const Unit> units) {
  if (form.positions_per_second == 0 || units.size() < 2) return 1;
  // What the checks of EncodedImage allow; a step of 0 would put all pairs at one time.
  constexpr double kLeastStep = 1e-3, kMostStep = 1024;
  const double span = units.back().seconds() - units.front().seconds();
  return std::clamp(form.positions_per_second * span / static_cast<double>(units.size() - 1),
                    kLeastStep, kMostStep);
}

// The grids of all pairs as one with time.
ImagePtr JoinGrids(std::span<const ImagePtr> images, double frame_step) {
  auto joined = std::make_shared<EncodedImage>();
  joined->width = images.front()->width;
  TokenGrid grid = images.front()->pieces.front().grid;
  grid.frames = static_cast<int>(images.size());
  grid.frame_step = frame_step;
  for (const ImagePtr& image : images) {
    joined->tokens += image->tokens;
    joined->embeddings.insert(joined->embeddings.end(), image->embeddings.begin(),
                              image->embeddings.end());
  }
  joined->pieces = {{.markup = "", .rows = joined->tokens, .grid = grid}};
  return joined;
}

std::vector<Part> PartsOf(const VideoForm& form, std::span<const Unit> units,
                          std::span<const ImagePtr> images, double video_seconds) {
  std::vector<Part> parts;
  if (form.is_one_grid) return {{.image = JoinGrids(images, FrameStep(form, units))}};
  std::string text;
  const auto count = static_cast<int>(images.size());
  if (form.before_all != nullptr) text += form.before_all(count, video_seconds);
  for (int i = 0; i < count; ++i) {
    const auto unit = static_cast<std::size_t>(i);
    if (form.before_image != nullptr) text += form.before_image(i, units[unit].seconds());
    if (!text.empty()) parts.push_back({.text = std::exchange(text, {})});
    parts.push_back({.image = images[unit]});
  }
  if (!form.after_all.empty()) parts.push_back({.text = std::string(form.after_all)});
  return parts;
}

Result<EncodedVideo> Assemble(const Model& model, std::span<const Unit> units,
                              std::span<const ImagePtr> images, const VideoOptions& options) {
  EncodedVideo video;
  for (const ImagePtr& image : images) video.tokens += image->tokens;
  const int most = model.info.context_tokens - 2;  // one for a prompt, one for a reply
  if (video.tokens > most) {
    return Error{ErrorCode::kTooLarge, "video: expected at most " + std::to_string(most) +
                                           " tokens, found " + std::to_string(video.tokens) +
                                           " (-c, --context sets the context)"};
  }
  const double seconds = std::max(options.video_seconds, units.back().frames.back().seconds);
  video.parts = PartsOf(model.projector->video_form(), units, images, seconds);
  return video;
}

}  // namespace

Result<EncodedVideo> EncodeVideo(const EngineState& engine, std::span<const FrameView> frames,
                                 const VideoOptions& options, const EncodeVideoHooks& hooks) {
  if (auto error = CheckSeveralImages(engine.model)) return *error;
  if (auto error = CheckFrames(engine.model, frames)) return *error;
  const bool in_pairs = engine.model.projector->video_form().in_pairs;
  const std::vector<Unit> units = UnitsOf(frames, in_pairs);
  const Stopwatch watch;
  VideoEncoding encoding(engine, LimitsOf(engine.model, options), hooks);
  const Result<std::vector<ImagePtr>> images = encoding.Encode(units);
  if (!images) return images.error();
  Result<EncodedVideo> video = Assemble(engine.model, units, *images, options);
  if (!video) return video;
  video->timings = encoding.timings();
  video->timings.total_ms = watch.Milliseconds();
  return video;
}

Result<std::vector<ImagePtr>> EncodeFrames(const EngineState& engine,
                                           std::span<const FrameView> frames,
                                           const VideoOptions& options,
                                           const EncodeVideoHooks& hooks) {
  if (auto error = CheckFrames(engine.model, frames)) return *error;
  if (!engine.model.style->begins_with_image()) {
    const bool in_pairs = engine.model.projector->video_form().in_pairs;
    VideoEncoding encoding(engine, LimitsOf(engine.model, options), hooks);
    return encoding.Encode(UnitsOf(frames, in_pairs));
  }
  std::vector<ImagePtr> images;
  for (const FrameView& frame : frames) {
    if (hooks.is_over && hooks.is_over()) {
      return Error{ErrorCode::kCancelled, "request: cancelled"};
    }
    auto shared =
        SharePixels(engine, frame.pixels, {.profiler = hooks.profiler, .scope = hooks.scope});
    if (!shared) return shared.error();
    images.push_back(std::move(shared->image));
  }
  return images;
}

Result<EncodedVideo> LayOutVideo(const Model& model, std::span<const FrameView> frames,
                                 const VideoOptions& options) {
  if (auto error = CheckSeveralImages(model)) return *error;
  if (auto error = CheckFrames(model, frames)) return *error;
  const PixelsView& first = frames.front().pixels;
  const Result<ImageLayout> layout =
      LayoutOf(model, {first.width, first.height}, LimitsOf(model, options));
  if (!layout) return layout.error();
  const std::vector<Unit> units = UnitsOf(frames, model.projector->video_form().in_pairs);
  const std::vector<ImagePtr> images(units.size(), ImageWithoutValues(model, *layout));
  return Assemble(model, units, images, options);
}

std::vector<FrameView> ViewsOf(const RequestVideo& video) {
  std::vector<FrameView> views;
  for (const RequestVideo::Frame& frame : video.frames) {
    views.push_back({.pixels = {frame.width, frame.height, frame.rgb}, .seconds = frame.seconds});
  }
  return views;
}

}  // namespace edgevlm
