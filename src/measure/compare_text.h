// CompareText: the text on which `bench --compare` measures how far an optimization changes a
// model.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

// A prompt, followed by tokens that every variant is given one by one, whatever it would generate
// (teacher forcing).
struct CompareText {
  std::vector<int> prompt = {};  // empty: the image and a question about it
  std::vector<int> reply = {};   // empty: the model's own continuation
};

// For a text-only model: the start of a story and its continuation, 320 and 128 tokens,
// proportionally fewer in a short context. For one that reads images: both empty.
CompareText MakeCompareText(const Engine& engine);

// Maximum prompt tokens that MakeCompareText gives a text-only model with such a context.
int ComparePromptTokens(int context_tokens);

struct FollowedText {
  int prompt_tokens = 0;         // including the image's
  std::int64_t cache_bytes = 0;  // at the end, for a cache with exactly the capacity for the text
};

// Prefills the prompt, of which the engine's cache policy may evict, then adds the reply token by
// token; rows may exit early as the engine's options say. next(i, logits [V]) is called for token i
// of the reply, at least once, and returns it, or nothing at the end; for an empty reply, up to 128
// tokens or the end of the context. image: null for a text-only model. Errors: those of writing the
// prompt; kTooLarge (over context_tokens).
using NextToken = std::function<std::optional<int>(int, std::span<const float>)>;
Result<FollowedText> FollowText(const Engine& engine, const CompareText& text,
                                std::shared_ptr<const EncodedImage> image, const NextToken& next);

}  // namespace edgevlm
