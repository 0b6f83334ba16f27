#include "server/api/ollama_api_format.h"

#include <cmath>
#include <span>
#include <utility>

#include "base/utc_time.h"
#include "server/parse/json.h"

namespace edgevlm {
namespace {

using nlohmann::json;

constexpr double kNanoseconds = 1e6;

std::int64_t Nanoseconds(double milliseconds) { return std::llround(milliseconds * kNanoseconds); }

class OllamaApiFormat final : public ApiFormat {
 public:
  OllamaApiFormat(OllamaKind kind, ReplyMetadata metadata)
      : kind_(kind), metadata_(std::move(metadata)) {}

  Response WholeReply(const RequestReply& reply) override {
    json object = Last(reply, reply.reply.text);
    if (!calls_.empty()) object["message"]["tool_calls"] = calls_;
    return {.body = ToText(object)};
  }
  Response ErrorReply(const ApiError& error) override { return OllamaError(error); }

  std::vector<std::string> TextChunks(const TextPiece& piece) override {
    json object = Object(piece.text);
    object["done"] = false;
    if (!piece.choices.empty()) object["logprobs"] = ChoicesJson(piece.choices);
    shown_choices_ += piece.choices.size();
    return {ToText(object)};
  }
  // Whole, in one object, with the arguments as such.
  std::vector<std::string> CallChunks(int, const ToolCall& call) override {
    const json entry = {
        {"id", call.id},
        {"function",
         {{"index", calls_.size()}, {"name", call.name}, {"arguments", json(call.arguments)}}}};
    calls_.push_back(entry);
    json object = Object("");
    object["message"]["tool_calls"] = json::array({entry});
    object["done"] = false;
    return {ToText(object)};
  }
  std::vector<std::string> StreamEnd(const RequestReply& reply) override {
    return {ToText(Last(reply, ""))};
  }
  std::string StreamError(const ApiError& error) override {
    return ToText({{"error", error.message}});
  }

 private:
  json Object(std::string_view text) const {
    json object = {{"model", metadata_.model}, {"created_at", UtcTime(metadata_.created)}};
    if (kind_ == OllamaKind::kChat) {
      object["message"] = {{"role", "assistant"}, {"content", text}};
    } else {
      object["response"] = text;
    }
    return object;
  }

  json Last(const RequestReply& reply, std::string_view text) const {
    const Timings& t = reply.reply.timings;
    json object = Object(text);
    object["done"] = true;
    object["done_reason"] = FinishName(reply.reply.finish_reason);
    object["total_duration"] = Nanoseconds(t.total_ms);
    object["load_duration"] = 0;
    object["prompt_eval_count"] = reply.reply.prompt_tokens;
    object["prompt_eval_duration"] =
        Nanoseconds(t.decode_ms + t.preprocess_ms + t.encode_ms + t.prefill_ms);
    object["eval_count"] = reply.reply.reply_tokens;
    object["eval_duration"] = Nanoseconds(t.generate_ms);
    const auto rest = std::span(reply.reply.token_choices).subspan(shown_choices_);
    if (!rest.empty()) object["logprobs"] = ChoicesJson(rest);
    object["seed"] = SeedJson(reply.reply.seed);
    return object;
  }

  const OllamaKind kind_;
  const ReplyMetadata metadata_;
  std::size_t shown_choices_ = 0;
  json calls_ = json::array();
};

}  // namespace

std::shared_ptr<ApiFormat> MakeOllamaApiFormat(OllamaKind kind, ReplyMetadata metadata) {
  return std::make_shared<OllamaApiFormat>(kind, std::move(metadata));
}

}  // namespace edgevlm
