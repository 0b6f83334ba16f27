#include "server/api/completions_api_format.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "server/parse/json.h"

namespace edgevlm {
namespace {

using nlohmann::json;

// How many characters a text has; of UTF-8, every byte but those that continue one begins one.
std::size_t CountCharacters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }));
}

// The form of this API: lists side by side. offset: the characters before them; advanced.
json LogprobsOf(std::span<const TokenChoice> choices, std::size_t& offset) {
  json tokens = json::array(), values = json::array(), tops = json::array(),
       offsets = json::array();
  for (const TokenChoice& choice : choices) {
    json top = json::object();
    for (const TokenProbability& token : choice.likeliest) {
      top[token.text] = FiniteLogProbability(token);
    }
    tokens.push_back(choice.chosen.text);
    values.push_back(FiniteLogProbability(choice.chosen));
    tops.push_back(std::move(top));
    offsets.push_back(offset);
    offset += CountCharacters(choice.chosen.text);
  }
  return {{"tokens", std::move(tokens)},
          {"token_logprobs", std::move(values)},
          {"top_logprobs", std::move(tops)},
          {"text_offset", std::move(offsets)}};
}

// Of its tokens, on average. The least for a reply without tokens, which is no answer.
double MeanLogProbability(const Reply& reply) {
  double sum = 0;
  for (const TokenChoice& choice : reply.token_choices) sum += FiniteLogProbability(choice.chosen);
  if (reply.token_choices.empty()) return std::numeric_limits<double>::lowest();
  return sum / static_cast<double>(reply.token_choices.size());
}

// The best first. Of equal ones, the first comes first.
std::vector<const Reply*> BestReplies(const RequestReply& request) {
  std::vector<const Reply*> replies;
  for (int i = 0; i < CountReplies(request); ++i) replies.push_back(&ReplyAt(request, i));
  std::ranges::stable_sort(replies, std::greater(),
                           [](const Reply* reply) { return MeanLogProbability(*reply); });
  return replies;
}

class CompletionsApiFormat final : public ApiFormat {
 public:
  CompletionsApiFormat(ReplyMetadata metadata, const TextCompletionOptions& options)
      : metadata_(std::move(metadata)), options_(options) {}

  Response WholeReply(const RequestReply& reply) override {
    json object = Object();
    object["choices"] = json::array();
    std::vector<const Reply*> shown;
    if (options_.best) {
      shown = BestReplies(reply);
      shown.resize(std::min(shown.size(), static_cast<std::size_t>(*options_.best)));
    } else {
      for (int i = 0; i < CountReplies(reply); ++i) shown.push_back(&ReplyAt(reply, i));
    }
    for (int i = 0; i < std::ssize(shown); ++i) {
      const Reply& one = *shown[static_cast<std::size_t>(i)];
      object["choices"].push_back(
          Choice(i, options_.echo + one.text, one.token_choices, FinishName(one.finish_reason)));
    }
    object["usage"] = UsageJson(reply);
    return {.body = ToText(object)};
  }
  Response ErrorReply(const ApiError& error) override { return OpenAiError(error); }

  std::vector<std::string> StreamStart(int /*prompt_tokens*/) override {
    std::vector<std::string> payloads;
    for (int i = 0; !options_.echo.empty() && i < options_.common.replies; ++i) {
      payloads.push_back(Chunk(Choice(i, options_.echo, {}, json())));
    }
    return payloads;
  }
  std::vector<std::string> TextChunks(const TextPiece& piece) override {
    shown_choices_[static_cast<std::size_t>(piece.reply)] += piece.choices.size();
    return {Chunk(Choice(piece.reply, piece.text, piece.choices, json()))};
  }
  std::vector<std::string> StreamEnd(const RequestReply& reply) override {
    std::vector<std::string> payloads;
    for (int i = 0; i < CountReplies(reply); ++i) {
      const Reply& one = ReplyAt(reply, i);
      const auto rest =
          std::span(one.token_choices).subspan(shown_choices_[static_cast<std::size_t>(i)]);
      payloads.push_back(Chunk(Choice(i, "", rest, FinishName(one.finish_reason))));
    }
    if (options_.common.includes_usage) {
      json object = Object();
      object["choices"] = json::array();
      object["usage"] = UsageJson(reply);
      payloads.push_back(ToText(object));
    }
    payloads.emplace_back("[DONE]");
    return payloads;
  }
  std::string StreamError(const ApiError& error) override { return OpenAiErrorBody(error); }

 private:
  json Object() const {
    return {{"id", metadata_.id},
            {"object", "text_completion"},
            {"created", metadata_.created},
            {"model", metadata_.model}};
  }
  json Choice(int index, std::string_view text, std::span<const TokenChoice> choices,
              json finish_reason) {
    return {{"index", index},
            {"text", text},
            {"logprobs", options_.common.has_logprobs
                             ? LogprobsOf(choices, offsets_[static_cast<std::size_t>(index)])
                             : json()},
            {"finish_reason", std::move(finish_reason)}};
  }
  std::string Chunk(json choice) const {
    json object = Object();
    object["choices"] = json::array({std::move(choice)});
    return ToText(object);
  }

  const ReplyMetadata metadata_;
  const TextCompletionOptions options_;
  std::array<std::size_t, kMaxReplies> shown_choices_ = {};
  std::array<std::size_t, kMaxReplies> offsets_ = {};  // of the next token, in characters
};

}  // namespace

std::shared_ptr<ApiFormat> MakeCompletionsApiFormat(ReplyMetadata metadata,
                                                    const TextCompletionOptions& options) {
  return std::make_shared<CompletionsApiFormat>(std::move(metadata), options);
}

}  // namespace edgevlm
