// The likelihood of a caption.
#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "engine/model.h"
#include "engine/prompt.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

// log(exp(logits[token]) / sum_i(exp(logits[i]))), the sum in double.
double LogProbability(std::span<const float> logits, int token) {
  const double greatest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - greatest);
  return logits[static_cast<std::size_t>(token)] - greatest - std::log(sum);
}

}  // namespace

Result<Likelihood> Engine::CaptionLikelihood(const EncodedImage& image,
                                             std::string_view caption) const {
  const Model& model = state_->model;
  if (!IsUtf8(caption)) {
    return Error{ErrorCode::kInvalid, "caption: expected UTF-8, found other bytes"};
  }
  const Result<std::vector<int>> prompt = CaptionPrompt(model);
  if (!prompt) return prompt.error();
  // Texts were learned with a blank before their first word.
  std::vector<int> text = model.tokenizer.Encode(" " + std::string(caption));
  std::vector<int> tokens = {kImageToken};
  tokens.insert(tokens.end(), prompt->begin(), prompt->end());
  tokens.insert(tokens.end(), text.begin(), text.end());
  const Result<std::vector<float>> logits = Logits(tokens, &image);
  if (!logits) return logits.error();
  text.push_back(model.control.end);
  Likelihood likelihood;
  likelihood.tokens = static_cast<int>(text.size());
  const auto vocabulary = static_cast<std::size_t>(model.info.vocabulary_tokens);
  // The prompt's last row is the first to predict the text.
  std::size_t row = prompt->size() - 1;
  for (const int token : text) {
    const std::span<const float> predicted(logits->data() + row * vocabulary, vocabulary);
    likelihood.log_probability += LogProbability(predicted, token);
    ++row;
  }
  return likelihood;
}

}  // namespace edgevlm
