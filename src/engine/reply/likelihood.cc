// Computes the likelihood of a caption.
#include <string>
#include <vector>

#include "decode/batch.h"
#include "decode/log_probability.h"
#include "edgevlm/edgevlm.h"
#include "engine/engine_state.h"
#include "engine/prompt/prompt.h"
#include "engine/prompt/token_list.h"
#include "engine/prompt/write_prompt.h"
#include "tokenizer/utf8.h"

namespace edgevlm {

Result<Likelihood> Engine::CaptionLikelihood(const EncodedImage& image,
                                             std::string_view caption) const {
  const Model& model = state_->model;
  if (!IsUtf8(caption)) {
    return Error{ErrorCode::kInvalid, "caption: expected UTF-8, found other bytes"};
  }
  if (auto error = CheckImage(model, image)) return *error;
  const Message request = {
      .role = Role::kUser,
      .parts = {{.image = std::make_shared<const EncodedImage>(image)}}};  // a copy
  Result<Prompt> prompt = WriteArranged(model, {&request, 1});
  if (!prompt) return prompt.error();
  const int first = prompt->rows() - 1;  // the first row that predicts the text
  std::vector<int> text = model.style->ReplyTokens(caption, model.tokenizer);
  if (model.tokenizer.ends().empty()) {
    return Error{ErrorCode::kUnsupported, "caption: this model has no token that ends a reply"};
  }
  prompt->Add(text);
  text.push_back(model.tokenizer.eos().value_or(model.tokenizer.ends().front()));
  const int rows = prompt->rows();
  if (rows > model.info.context_tokens) {
    return Error{ErrorCode::kTooLarge, "caption: expected at most " +
                                           std::to_string(model.info.context_tokens) +
                                           " tokens, found " + std::to_string(rows)};
  }
  const int vocabulary = model.info.vocabulary_tokens;
  std::vector<float> values(text.size() * static_cast<std::size_t>(vocabulary));
  const View<float> logits(values.data(), rows - first, vocabulary);
  Sequence sequence(*model.decoder, rows);
  sequence.ExpectRows(rows);
  Batch(*model.decoder)
      .AddAll(sequence, prompt->InputsFrom(0), logits, {.pool = *state_->runtime.pool});
  Likelihood likelihood;
  likelihood.tokens = static_cast<int>(text.size());
  for (int i = 0; i < logits.rows; ++i) {
    likelihood.log_probability += LogProbability(logits.Row(i), text[static_cast<std::size_t>(i)]);
  }
  return likelihood;
}

}  // namespace edgevlm
