#include "engine/prompt.h"

#include <string>

#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMaxQuestionBytes = 64 << 10;

Error Unsupported(const std::string& token) {
  return {ErrorCode::kUnsupported, "prompt: this model has no token " + token};
}

Error Invalid(const std::string& expected, const std::string& found) {
  return {ErrorCode::kInvalid, "tokens: expected " + expected + ", found " + found};
}

}  // namespace

Result<std::vector<int>> CaptionPrompt(const Model& model) {
  if (!model.control.caption) return Unsupported("<|caption|>");
  return std::vector<int>{*model.control.caption};
}

Result<std::vector<int>> QuestionPrompt(const Model& model, std::string_view question) {
  if (!model.control.question) return Unsupported("<|question|>");
  if (!model.control.answer) return Unsupported("<|answer|>");
  if (question.empty()) {
    return Error{ErrorCode::kInvalid, "question: expected some text, found none"};
  }
  if (question.size() > kMaxQuestionBytes) {
    return Error{ErrorCode::kTooLarge, "question: expected at most " +
                                           std::to_string(kMaxQuestionBytes) + " bytes, found " +
                                           std::to_string(question.size())};
  }
  if (!IsUtf8(question)) {
    return Error{ErrorCode::kInvalid, "question: expected UTF-8, found other bytes"};
  }
  // Texts were learned with a blank before their first word.
  const std::vector<int> words = model.tokenizer.Encode(" " + std::string(question));
  std::vector<int> tokens = {*model.control.question};
  tokens.insert(tokens.end(), words.begin(), words.end());
  tokens.push_back(*model.control.answer);
  return tokens;
}

MaybeError CheckImage(const Model& model, const EncodedImage& image) {
  const int tokens = model.info.image_tokens;
  const int width = model.info.embedding_length;
  const auto values = static_cast<std::size_t>(tokens) * static_cast<std::size_t>(width);
  if (image.tokens == tokens && image.width == width && image.values.size() == values) {
    return std::nullopt;
  }
  return Error{ErrorCode::kInvalid, "picture: expected " + std::to_string(tokens) + " x " +
                                        std::to_string(width) + " embeddings, found " +
                                        std::to_string(image.tokens) + " x " +
                                        std::to_string(image.width)};
}

View<const float> EmbeddingsOf(const EncodedImage& image) {
  return {image.values.data(), image.tokens, image.width};
}

Result<TokenList> CutAtImage(const Model& model, std::span<const int> tokens,
                             const EncodedImage* image, int room) {
  if (tokens.empty()) return Invalid("at least one", "none");
  TokenList list;
  std::size_t begin = 0;  // of the tokens not yet in list.inputs
  const auto cut = [&](std::size_t end) {
    if (end > begin) list.inputs.push_back({.tokens = tokens.subspan(begin, end - begin)});
    begin = end + 1;
  };
  bool has_image = false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] == kImageToken) {
      if (image == nullptr) return Invalid("no place for a picture, as there is none", "one");
      if (has_image) return Invalid("one place for the picture", "several");
      has_image = true;
      cut(i);
      list.inputs.push_back({.embeddings = EmbeddingsOf(*image)});
    } else if (tokens[i] < 0 || tokens[i] >= model.info.vocabulary_tokens) {
      return Invalid("ids below " + std::to_string(model.info.vocabulary_tokens),
                     std::to_string(tokens[i]));
    }
  }
  const std::size_t after = tokens.size() - begin;
  cut(tokens.size());
  const std::size_t rows =
      tokens.size() + (has_image ? static_cast<std::size_t>(image->tokens) - 1 : 0);
  if (rows > static_cast<std::size_t>(room)) {
    return Error{ErrorCode::kTooLarge, "tokens: expected at most " + std::to_string(room) +
                                           " positions, found " + std::to_string(rows)};
  }
  list.rows = static_cast<int>(rows);
  list.rows_after_image = static_cast<int>(after);
  return list;
}

}  // namespace edgevlm
