// Computes embeddings of texts and images.
#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decode/batch.h"
#include "edgevlm/edgevlm.h"
#include "engine/engine_state.h"
#include "engine/prompt/prompt.h"
#include "engine/prompt/token_list.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

void AddImageRows(const Model& model, const std::shared_ptr<const EncodedImage>& image,
                  Prompt& prompt) {
  int row = 0;
  for (const EncodedImage::Piece& piece : image->pieces) {
    if (!piece.markup.empty()) prompt.Add(model.tokenizer.EncodeMarkup(piece.markup));
    if (piece.rows == 0) continue;
    prompt.Add(image, row, piece.rows);
    row += piece.rows;
  }
}

Result<Prompt> PlainPrompt(const Model& model, std::span<const Part> parts) {
  Prompt prompt;
  for (const Part& part : parts) {
    if (part.image != nullptr) {
      if (auto error = CheckImage(model, *part.image)) return *error;
      AddImageRows(model, part.image, prompt);
      continue;
    }
    if (!IsUtf8(part.text)) {
      return Error{ErrorCode::kInvalid, "text: expected UTF-8, found other bytes"};
    }
    prompt.Add(model.tokenizer.Encode(part.text));
  }
  if (model.decoder->shape().bidirectional_images) prompt.KeepImagesWhole();
  return prompt;
}

double LengthOf(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * value;
  return std::sqrt(sum);
}

// Adds the values, scaled to length 1. A few rows (above all the first) are far longer than the
// others, and would decide the mean (Xiao et al. 2023, "attention sinks").
void AddDirection(std::span<const float> values, std::vector<double>& sum) {
  const double length = LengthOf(values);
  if (!(length > 0)) return;
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += values[i] / length;
}

}  // namespace

Result<Embedding> Engine::Embed(std::span<const Part> parts, bool cut) const {
  const Model& model = state_->model;
  Result<Prompt> prompt = PlainPrompt(model, parts);
  if (!prompt) return prompt.error();
  const int max_rows = model.info.context_tokens;
  if (prompt->rows() == 0) {
    return Error{ErrorCode::kInvalid, "text: expected words or an image, found none"};
  }
  if (prompt->rows() > max_rows && !cut) {
    return Error{ErrorCode::kTooLarge, "text: expected at most " + std::to_string(max_rows) +
                                           " tokens, found " + std::to_string(prompt->rows())};
  }
  if (prompt->rows() > max_rows) prompt->TruncateTo(prompt->WholeRows(max_rows));
  const int width = model.info.embedding_length;
  Sequence sequence(*model.decoder, prompt->rows());
  sequence.ExpectRows(prompt->rows());
  const std::vector<Input> inputs = prompt->InputsFrom(0);
  std::vector<double> sum(static_cast<std::size_t>(width));
  std::vector<float> states;
  Batch batch(*model.decoder);
  for (InputCursor rest(inputs); rest.rows() > 0;) {
    const Input next = rest.Next(Batch::kChunkRows);
    states.resize(static_cast<std::size_t>(next.rows()) * static_cast<std::size_t>(width));
    const View<float> x(states.data(), next.rows(), width);
    batch.Add(sequence, next, 0);
    batch.ForwardStates(x, state_->runtime.PrefillRun(nullptr));
    for (int row = 0; row < x.rows; ++row) AddDirection(x.Row(row), sum);
  }
  Embedding embedding = {.values = {}, .tokens = prompt->rows()};
  for (const double value : sum) embedding.values.push_back(static_cast<float>(value));
  const double length = LengthOf(embedding.values);
  for (float& value : embedding.values) value = static_cast<float>(value / std::max(length, 1e-30));
  return embedding;
}

}  // namespace edgevlm
