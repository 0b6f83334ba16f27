#include "measure/reference_text.h"

#include <algorithm>
#include <utility>

#include "engine/measured_engine.h"
#include "measure/divergence.h"

namespace edgevlm {
namespace {

int MostLikely(std::span<const float> logits) {
  return static_cast<int>(std::ranges::max_element(logits) - logits.begin());
}

}  // namespace

Result<std::shared_ptr<const EncodedImage>> EncodeForText(const Engine& engine,
                                                          std::span<const std::byte> image) {
  if (image.empty() || engine.info().vision_encoder.empty()) {
    return std::shared_ptr<const EncodedImage>();
  }
  Result<EncodedImage> encoded = engine.EncodeImage(image);
  if (!encoded) return encoded.error();
  return std::make_shared<const EncodedImage>(*std::move(encoded));
}

Result<ReferenceText> MakeReferenceText(const Engine& engine, const CompareText& text,
                                        std::shared_ptr<const EncodedImage> image) {
  const std::span<const int> ends = MeasuredEngine(engine).tokenizer().ends();
  ReferenceText reference = {.text = text, .logits = {}};
  const auto keep = [&](int i, std::span<const float> logits) -> std::optional<int> {
    const auto index = static_cast<std::size_t>(i);
    if (!text.reply.empty() && index == text.reply.size()) return std::nullopt;
    reference.logits.emplace_back(logits.begin(), logits.end());
    if (!text.reply.empty()) return text.reply[index];
    const int token = MostLikely(logits);
    reference.text.reply.push_back(token);
    if (std::ranges::find(ends, token) != ends.end()) return std::nullopt;
    return token;
  };
  const auto followed = FollowText(engine, text, std::move(image), keep);
  if (!followed) return followed.error();
  return reference;
}

Result<TextFidelity> CompareWithReference(const Engine& engine, const ReferenceText& reference,
                                          std::shared_ptr<const EncodedImage> image) {
  double divergence = 0;
  int same = 0;
  const auto compare = [&](int i, std::span<const float> logits) {
    const auto index = static_cast<std::size_t>(i);
    divergence += Divergence(reference.logits[index], logits);
    same += MostLikely(reference.logits[index]) == MostLikely(logits) ? 1 : 0;
    return reference.text.reply[index];
  };
  const auto followed = FollowText(engine, reference.text, std::move(image), compare);
  if (!followed) return followed.error();
  const auto tokens = static_cast<double>(reference.text.reply.size());
  return TextFidelity{.divergence = divergence / tokens,
                      .same_tokens = same / tokens,
                      .prompt_tokens = followed->prompt_tokens,
                      .followed_tokens = static_cast<int>(tokens),
                      .cache_bytes = followed->cache_bytes};
}

}  // namespace edgevlm
