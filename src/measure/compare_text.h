// CompareText: the text over which `bench --compare` measures how far a model moves from itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

// A prompt, and what every variant is then given token by token, whatever it would say itself
// (teacher forcing).
struct CompareText {
  std::vector<int> prompt = {};  // empty: the image and what asks about it
  std::vector<int> reply = {};   // empty: what the model itself goes on with
};

// Of a model of text alone: the beginning of a story and how it goes on, 320 and 128 tokens, fewer
// in proportion where the context ends. Of one that reads images: both empty.
CompareText MakeCompareText(const Engine& engine);

// Tokens of the prompt that MakeCompareText gives a model of text with such a context, at most.
int ComparePromptTokens(int context_tokens);

struct FollowedText {
  int prompt_tokens = 0;         // with those of the image
  std::int64_t cache_bytes = 0;  // at the end, of a cache that has room for the text and no more
};

// Reads the prompt, of which the engine's cache policy may evict, then the reply token by token;
// rows may leave where the engine's early exits say so. next(i, logits [V]) is called for token i
// of the reply, at least once, and returns it, or nothing at the end; of an empty reply, for 128
// tokens at most, or what the context holds. image: null for a model of text. Errors: those of
// writing the prompt; kTooLarge (over context_tokens).
using NextToken = std::function<std::optional<int>(int, std::span<const float>)>;
Result<FollowedText> FollowText(const Engine& engine, const CompareText& text,
                                std::shared_ptr<const EncodedImage> image, const NextToken& next);

}  // namespace edgevlm
