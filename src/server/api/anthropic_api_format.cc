#include "server/api/anthropic_api_format.h"

#include <utility>

#include "server/parse/json.h"

namespace edgevlm {
namespace {

using nlohmann::json;

class AnthropicApiFormat final : public ApiFormat {
 public:
  AnthropicApiFormat(ReplyMetadata metadata, std::vector<std::string> stops)
      : metadata_(std::move(metadata)), stops_(std::move(stops)) {}

  Response WholeReply(const RequestReply& reply) override {
    json message = Message(Ending(reply.reply), reply.reply.prompt_tokens);
    message["content"] = json::array({{{"type", "text"}, {"text", reply.reply.text}}});
    message["usage"] = Usage(reply.reply);
    return {.body = ToText(message)};
  }
  Response ErrorReply(const ApiError& error) override { return AnthropicError(error); }

  std::vector<std::string> StreamStart(int prompt_tokens) override {
    const json ending = {{"stop_reason", nullptr}, {"stop_sequence", nullptr}};
    return {Event("message_start", {{"message", Message(ending, prompt_tokens)}}),
            Event("content_block_start",
                  {{"index", 0}, {"content_block", {{"type", "text"}, {"text", ""}}}})};
  }
  std::string TextChunk(std::string_view text) override {
    return Event("content_block_delta",
                 {{"index", 0}, {"delta", {{"type", "text_delta"}, {"text", text}}}});
  }
  std::vector<std::string> StreamEnd(const RequestReply& reply) override {
    return {Event("content_block_stop", {{"index", 0}}),
            Event("message_delta", {{"delta", Ending(reply.reply)}, {"usage", Usage(reply.reply)}}),
            Event("message_stop", json::object())};
  }
  std::string StreamError(const ApiError& error) override {
    return NamedEvent("error", AnthropicErrorBody(error));
  }

 private:
  static std::string Event(const char* type, json members) {
    members["type"] = type;
    return NamedEvent(type, ToText(members));
  }

  // The tokens found in the prefix cache are counted separately, as this API does.
  static json Usage(const Reply& reply) {
    return {{"input_tokens", reply.prompt_tokens - reply.reused_tokens},
            {"cache_creation_input_tokens", 0},
            {"cache_read_input_tokens", reply.reused_tokens},
            {"output_tokens", reply.reply_tokens}};
  }

  json Message(const json& ending, int prompt_tokens) const {
    json message = {{"id", metadata_.id},
                    {"type", "message"},
                    {"role", "assistant"},
                    {"model", metadata_.model},
                    {"content", json::array()},
                    {"usage", {{"input_tokens", prompt_tokens}, {"output_tokens", 0}}}};
    message.update(ending);
    return message;
  }

  json Ending(const Reply& reply) const {
    const char* reason = reply.finish_reason == FinishReason::kMaxTokens     ? "max_tokens"
                         : reply.finish_reason == FinishReason::kContextFull ? "max_tokens"
                                                                             : "end_turn";
    // A chat template's own stop strings end the turn.
    const bool is_stop = reply.finish_reason == FinishReason::kStopString && !stops_.empty();
    return {{"stop_reason", is_stop ? "stop_sequence" : reason},
            {"stop_sequence", is_stop && stops_.size() == 1 ? json(stops_.front()) : json()}};
  }

  const ReplyMetadata metadata_;
  const std::vector<std::string> stops_;
};

}  // namespace

std::shared_ptr<ApiFormat> MakeAnthropicApiFormat(ReplyMetadata metadata,
                                                  std::vector<std::string> stops) {
  return std::make_shared<AnthropicApiFormat>(std::move(metadata), std::move(stops));
}

}  // namespace edgevlm
