#include "engine/teacher_engine.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "decode/batch.h"
#include "engine/engine_state.h"
#include "engine/prompt/write_prompt.h"
#include "engine/reply/prefix.h"
#include "engine/vision/encode.h"

namespace edgevlm {
namespace {

// As TeacherImage::token_grid_width.
int TokenGridWidth(const EncodedImage& image) {
  // Some families have text before and after the tokens, in pieces of their own.
  const auto has_rows = [](const EncodedImage::Piece& piece) { return piece.rows > 0; };
  if (std::ranges::count_if(image.pieces, has_rows) != 1) return 0;
  const TokenGrid grid = std::ranges::find_if(image.pieces, has_rows)->grid;
  return grid.empty() ? SquareSide(image.tokens) : grid.cols;
}

}  // namespace

int SquareSide(int cells) {
  const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(cells))));
  return side * side == cells ? side : 0;
}

bool KeepsProportions(const VisionEncoder& encoder) {
  if (encoder.shape().has_any_size) return false;
  const Preprocessing& preprocessing = encoder.shape().preprocessing;
  return preprocessing.fit != Fit::kStretch && preprocessing.longest_edge <= preprocessing.size;
}

TeacherEngine::TeacherEngine(const Engine& engine)
    : state_(StateOf(engine)),
      sequence_(*state_.model.decoder, state_.model.info.context_tokens, state_.model.cache) {}

const Tokenizer& TeacherEngine::tokenizer() const { return state_.model.tokenizer; }

const std::string& TeacherEngine::identity() const { return state_.model.identity; }

bool TeacherEngine::keeps_proportions() const {
  const auto& encoder = state_.model.vision_encoder;
  return encoder != nullptr && KeepsProportions(*encoder);
}

Result<TeacherImage> TeacherEngine::Encode(const Image& image, bool with_attention) const {
  const Model& model = state_.model;
  if (model.vision_encoder == nullptr) return NoVisionEncoder();
  const Result<ImageLayout> layout = LayOut(model, {image.width, image.height});
  if (!layout) return layout.error();
  FeatureRows features;
  features.with_scores = with_attention;
  auto encoded = EncodeTogether(
      state_, {.images = {&image, 1}, .layouts = {&*layout, 1}, .features = &features}, nullptr);
  if (!encoded) return encoded.error();
  TeacherImage taught;
  taught.encoded = std::make_shared<const EncodedImage>(std::move(encoded->front()));
  taught.token_grid_width = TokenGridWidth(*taught.encoded);
  if (layout->grid.tiles() == 1 && features.width > 0) {
    const int rows = static_cast<int>(features.values.size()) / features.width;
    taught.feature_width = features.width;
    // Encoders of any size keep their patches in an order of their own.
    taught.feature_grid_width = model.vision_encoder->shape().has_any_size ? 0 : SquareSide(rows);
    taught.features = std::move(features.values);
    taught.attention = std::move(features.scores);
  }
  return taught;
}

// Computes what the sequence does not hold yet. logits: of the last rows.
void TeacherEngine::Forward(const Prompt& prompt, int last_rows, View<float> logits) {
  // All rows whose logits are wanted must be computed.
  held_.TruncateTo(held_.WholeRows(std::min(held_.rows(), prompt.rows() - last_rows)));
  const int reused = ReusePrefix(state_, held_, prompt, sequence_);
  Batch(*state_.model.decoder)
      .AddAll(sequence_, prompt.InputsFrom(reused), logits, state_.runtime.PrefillRun(nullptr));
  held_ = prompt;
}

Result<std::vector<float>> TeacherEngine::ImageLogits(const TeacherImage& image) {
  const Model& model = state_.model;
  const Message message = {.role = Role::kUser, .parts = {{.image = image.encoded}}};
  Result<Prompt> prompt = WritePrompt(model, {&message, 1});
  if (!prompt) return prompt.error();
  prompt->TruncateTo(prompt->PrefixRows());
  // The rows of the image's tokens, among which the prompt may have text.
  std::vector<int> rows;
  int row = 0;
  for (const Prompt::Part& part : prompt->parts()) {
    for (int i = 0; i < part.rows && part.image != nullptr; ++i) rows.push_back(row + i);
    row += part.rows;
  }
  const int vocabulary = model.info.vocabulary_tokens;
  const int wanted = prompt->rows() - rows.front();
  std::vector<float> logits(static_cast<std::size_t>(wanted) *
                            static_cast<std::size_t>(vocabulary));
  Forward(*prompt, wanted, {logits.data(), wanted, vocabulary});
  std::vector<float> chosen;
  chosen.reserve(rows.size() * static_cast<std::size_t>(vocabulary));
  for (const int each : rows) {
    const auto at = logits.begin() + std::ptrdiff_t{each - rows.front()} * vocabulary;
    chosen.insert(chosen.end(), at, at + vocabulary);
  }
  return chosen;
}

Result<ReplyLogits> TeacherEngine::LogitsOf(std::span<const Message> messages,
                                            std::string_view reply) {
  const Model& model = state_.model;
  Result<Prompt> prompt = WritePrompt(model, messages);
  if (!prompt) return prompt.error();
  ReplyLogits scored;
  scored.tokens = model.style->ReplyTokens(reply, model.tokenizer);
  const int rows = 1 + static_cast<int>(scored.tokens.size());
  if (rows > 1) prompt->Add(scored.tokens);
  if (prompt->rows() > model.info.context_tokens) {
    return Error{ErrorCode::kTooLarge,
                 "reply: expected at most " + std::to_string(model.info.context_tokens) +
                     " tokens with its prompt, found " + std::to_string(prompt->rows())};
  }
  const int vocabulary = model.info.vocabulary_tokens;
  scored.logits.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(vocabulary));
  Forward(*prompt, rows, {scored.logits.data(), rows, vocabulary});
  return scored;
}

}  // namespace edgevlm
