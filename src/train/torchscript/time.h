// TimeTorchScript: the speed of an exported TorchScript module on an image.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace edgevlm::train {

struct TorchScriptTimes {
  // One value per repetition, nanoseconds, each from the bytes of the image file on:
  std::vector<std::int64_t> image;    // to the embeddings
  std::vector<std::int64_t> pass;     // to the logits after the caption's prompt: one forward pass
  std::vector<std::int64_t> caption;  // to the caption's last token
  std::string text;                   // the caption
  int tokens = 0;                     // of it
};

// Each once to warm up, then `repetitions` times. max_tokens: of the caption. Sets the number of
// LibTorch's threads. Errors: kNotFound, kCorrupt (no module of ExportTorchScript), those of
// Decode.
Result<TorchScriptTimes> TimeTorchScript(const std::string& path, std::span<const std::byte> image,
                                         int threads, int max_tokens, int repetitions);

// One object, as `edgevlm-train time` prints it.
std::string TimesJson(const TorchScriptTimes& times);

}  // namespace edgevlm::train
