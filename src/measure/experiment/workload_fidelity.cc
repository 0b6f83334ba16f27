// The distributions of the next token against those of the same model in float32 with a full cache.
#include <algorithm>
#include <optional>

#include "edgevlm/count_tokens.h"
#include "measure/experiment/workload.h"
#include "measure/reference_text.h"

namespace edgevlm {
namespace {

constexpr int kFollowedTokens = 128;

// The same model without anything that changes numbers.
ModelChoice Exact(const ModelChoice& choice) {
  ModelChoice exact = choice;
  exact.options.precision = Precision::kFloat32;
  exact.options.cache = {};
  exact.options.vision = {};
  exact.options.early_exit = {};
  return exact;
}

// The item's text as a prompt and what follows in it; without a text the image and a question.
Result<CompareText> TextOf(const Engine& engine, const Setup& setup, const Item& item) {
  if (!item.images.empty()) return CompareText{};
  const std::vector<int> tokens = TokenizeText(engine, item.text);
  const int all = std::min({static_cast<int>(tokens.size()), engine.info().context_tokens,
                            setup.request.prompt_tokens + kFollowedTokens});
  const int prompt = all - kFollowedTokens;
  if (prompt < 1) {
    return Error{ErrorCode::kInvalid, item.id + ": expected a text of over " +
                                          std::to_string(kFollowedTokens) + " tokens, found " +
                                          std::to_string(all)};
  }
  return CompareText{.prompt = {tokens.begin(), tokens.begin() + prompt},
                     .reply = {tokens.begin() + prompt, tokens.begin() + all}};
}

std::span<const std::byte> ImageOf(const Item& item) {
  return item.images.empty() ? std::span<const std::byte>() : item.images.front();
}

class FidelityWorkload final : public Workload {
 public:
  explicit FidelityWorkload(const LoadModel& load) : load_(load) {}

  Result<Outcome> Run(const Engine& engine, const Setup& setup, const Item& item) override {
    if (auto error = FindReference(setup, item)) return *error;
    const auto image = EncodeForText(engine, ImageOf(item));
    if (!image) return image.error();
    const auto fidelity = CompareWithReference(engine, held_->reference, *image);
    if (!fidelity) return fidelity.error();
    return Outcome{.metrics = {{"divergence_nats", fidelity->divergence},
                               {"same_token_share", fidelity->same_tokens},
                               {"cache_bytes", static_cast<double>(fidelity->cache_bytes)},
                               {"prompt_tokens", fidelity->prompt_tokens}}};
  }

 private:
  struct Held {
    std::string item;  // id
    std::string preset;
    std::string type;
    int prompt_tokens;
    ReferenceText reference;

    bool IsOf(const Setup& setup, const Item& other) const {
      return item == other.id && preset == setup.model.preset && type == setup.model.type &&
             prompt_tokens == setup.request.prompt_tokens;
    }
  };

  // The exact model is in memory only while the reference is made.
  MaybeError FindReference(const Setup& setup, const Item& item) {
    if (held_ && held_->IsOf(setup, item)) return {};
    held_.reset();
    const Result<Engine> exact = load_(Exact(setup.model));
    if (!exact) return exact.error();
    const Result<CompareText> text = TextOf(*exact, setup, item);
    if (!text) return text.error();
    const auto image = EncodeForText(*exact, ImageOf(item));
    if (!image) return image.error();
    Result<ReferenceText> reference = MakeReferenceText(*exact, *text, *image);
    if (!reference) return reference.error();
    held_ = Held{.item = item.id,
                 .preset = setup.model.preset,
                 .type = setup.model.type,
                 .prompt_tokens = setup.request.prompt_tokens,
                 .reference = *std::move(reference)};
    return {};
  }

  const LoadModel load_;
  std::optional<Held> held_;
};

}  // namespace

std::unique_ptr<Workload> MakeFidelityWorkload(const LoadModel& load) {
  return std::make_unique<FidelityWorkload>(load);
}

}  // namespace edgevlm
