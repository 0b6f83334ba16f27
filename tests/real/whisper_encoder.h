// The encoder of Whisper-base (Radford et al. 2022) as a vision encoder: its blocks are those of a
// vision transformer that normalizes first, as CLIP's are.
#pragma once

#include <cstddef>
#include <vector>

#include "base/thread_pool.h"
#include "real/whisper_file.h"

namespace edgevlm {

struct Whisper {
  static constexpr int kWidth = 512;
  static constexpr int kHidden = 2048;
  static constexpr int kHeads = 8;
  static constexpr int kBlocks = 6;
  static constexpr int kPositions = 1500;

  // The largest square grid of patches that Whisper has positions for, and patches that hold a row.
  static constexpr int kSide = 38;
  static constexpr int kPatches = kSide * kSide;
  static constexpr int kPatchSize = 14;
  static constexpr int kImageSize = kSide * kPatchSize;

  // Of the whole encoder, side by side in the vision encoder; see WhisperAsVisionEncoder.
  static constexpr int kCopies = 2;
  static constexpr int kFeatureWidth = kCopies * kWidth;
};

// [Whisper::kPositions, Whisper::kWidth]: what two convolutions with GELU make of a log-mel
// spectrogram [kMelFrames, kMelBands].
std::vector<float> Convolve(const WhisperFile& file, const std::vector<float>& mel,
                            ThreadPool& pool);

// [kImageSize^2, 3]: an image whose patches hold the first kPatches rows [kWidth] of `rows`.
std::vector<float> ImageOfRows(const std::vector<float>& rows);

// A GGUF file. Its patch embedding copies the first kWidth pixels of a patch; positions, blocks and
// the norm after them are Whisper's.
//
// All of them occur kCopies times, side by side: a residual stream [x, x], matrices [W, 0; 0, W],
// twice the heads. LayerNorm gives [y, y] then, so both halves of a feature are Whisper's. Rounding
// to int8 is that of the single encoder, because neither zeros nor a copy change a largest value.
// But the matrices of attention now exceed Weight::kMaxWidenedValues, below which they stay
// float32.
std::vector<std::byte> WhisperAsVisionEncoder(const WhisperFile& file);

}  // namespace edgevlm
