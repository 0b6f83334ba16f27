// Encodes image files into embeddings for the decoder.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/engine_state.h"
#include "image/image.h"

namespace edgevlm {

struct EncodeOptions {
  Profiler* profiler = nullptr;
  ImageLimits limits = {};  // where 0, the model's
  // Called between two blocks of the vision encoder; once it returns true the result is kCancelled.
  // Null: never.
  std::function<bool()> is_over = nullptr;
};

// The layout of an image of this size, in pixels. Errors: kUnsupported; kTooLarge (more tokens than
// the context has); kInvalid (limits beyond the model's).
Result<ImageLayout> LayOut(const Model& model, ImageSize image, const ImageLimits& limits = {});

// Decodes and encodes an image file. Errors: kCorrupt, kUnsupported, kTooLarge, kInvalid.
Result<EncodedImage> EncodeFile(const EngineState& engine, std::span<const std::byte> file,
                                const EncodeOptions& options);

// Errors: also kInvalid (a side below 1, rgb of the wrong size).
Result<EncodedImage> EncodePixels(const EngineState& engine, const PixelsView& pixels,
                                  Profiler* profiler);

// What the vision encoder made of images, before the projector.
struct FeatureRows {
  bool with_scores = false;   // wanted, if the encoder can compute them
  int width = 0;              // E
  std::vector<float> values;  // [features of all tiles, E]
  std::vector<float> scores;  // [features of all tiles], as EncodedImages::scores; or empty
};

// Images that are encoded in one pass.
struct ImagesToEncode {
  std::span<const Image> images;
  // The second frame of each pair, as many as images; empty: still images.
  std::span<const Image> second_frames = {};
  std::span<const ImageLayout> layouts;  // of each
  FeatureRows* features = nullptr;       // receives the features too; null: they are not kept
};

// Encodes decoded images. REQUIRES: the model has a vision encoder; layouts of LayOut, which second
// frames share. Errors: kCancelled.
Result<std::vector<EncodedImage>> EncodeTogether(const EngineState& engine,
                                                 const ImagesToEncode& images, Profiler* profiler);

// An image with its number of positions, but without values: for counting tokens.
std::shared_ptr<const EncodedImage> ImageWithoutValues(const Model& model,
                                                       const ImageLayout& layout);

// Errors: kInvalid (a side below 1, rgb of the wrong size), kTooLarge.
MaybeError CheckPixels(const PixelsView& pixels);

// Checks and copies pixels. Errors: those of CheckPixels.
Result<Image> ImageOf(const PixelsView& pixels);

// kUnsupported: the model reads no images.
Error NoVisionEncoder();

// Several files; decodes several in parallel. Errors: as EncodeFile, prefixed with "image N: ".
Result<std::vector<EncodedImage>> EncodeFiles(const EngineState& engine,
                                              std::span<const std::span<const std::byte>> files);

}  // namespace edgevlm
