#include "server/api/anthropic_api_format.h"

#include <algorithm>
#include <iterator>
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
    json& content = message["content"];
    if (!reply.reply.text.empty() || calls_.empty()) {
      content.push_back({{"type", "text"}, {"text", reply.reply.text}});
    }
    content.insert(content.end(), calls_.begin(), calls_.end());
    message["usage"] = Usage(reply.reply);
    return {.body = ToText(message)};
  }
  Response ErrorReply(const ApiError& error) override { return AnthropicError(error); }

  std::vector<std::string> StreamStart(int prompt_tokens) override {
    const json ending = {{"stop_reason", nullptr}, {"stop_sequence", nullptr}};
    return {Event("message_start", {{"message", Message(ending, prompt_tokens)}})};
  }
  std::vector<std::string> TextChunks(const TextPiece& piece) override {
    std::vector<std::string> events;
    if (!is_open_) events.push_back(Open({{"type", "text"}, {"text", ""}}));
    events.push_back(Delta({{"type", "text_delta"}, {"text", piece.text}}));
    return events;
  }
  std::vector<std::string> CallChunks(int, const ToolCall& call) override {
    json block = {{"type", "tool_use"},
                  {"id", call.id},
                  {"name", call.name},
                  {"input", json(call.arguments)}};
    calls_.push_back(block);
    block["input"] = json::object();
    std::vector<std::string> events = Close();
    events.push_back(Open(std::move(block)));
    events.push_back(
        Delta({{"type", "input_json_delta"}, {"partial_json", ToText(call.arguments)}}));
    std::ranges::move(Close(), std::back_inserter(events));
    return events;
  }
  std::vector<std::string> StreamEnd(const RequestReply& reply) override {
    std::vector<std::string> events;
    // A reply without text has an empty block.
    if (index_ == 0 && !is_open_) events.push_back(Open({{"type", "text"}, {"text", ""}}));
    std::ranges::move(Close(), std::back_inserter(events));
    events.push_back(
        Event("message_delta", {{"delta", Ending(reply.reply)}, {"usage", Usage(reply.reply)}}));
    events.push_back(Event("message_stop", json::object()));
    return events;
  }
  std::string StreamError(const ApiError& error) override {
    return NamedEvent("error", AnthropicErrorBody(error));
  }

 private:
  static std::string Event(const char* type, json members) {
    members["type"] = type;
    return NamedEvent(type, ToText(members));
  }

  std::string Open(json block) {
    is_open_ = true;
    return Event("content_block_start", {{"index", index_}, {"content_block", std::move(block)}});
  }
  std::string Delta(json delta) const {
    return Event("content_block_delta", {{"index", index_}, {"delta", std::move(delta)}});
  }
  std::vector<std::string> Close() {
    if (!std::exchange(is_open_, false)) return {};
    return {Event("content_block_stop", {{"index", index_++}})};
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
    if (!calls_.empty()) return {{"stop_reason", "tool_use"}, {"stop_sequence", nullptr}};
    // A chat template's own stop strings end the turn.
    const bool is_stop = reply.finish_reason == FinishReason::kStopString && !stops_.empty();
    return {{"stop_reason", is_stop ? "stop_sequence" : reason},
            {"stop_sequence", is_stop && stops_.size() == 1 ? json(stops_.front()) : json()}};
  }

  const ReplyMetadata metadata_;
  const std::vector<std::string> stops_;
  json calls_ = json::array();  // of tools, as blocks
  int index_ = 0;               // of the block that is open, or of the next one
  bool is_open_ = false;
};

}  // namespace

std::shared_ptr<ApiFormat> MakeAnthropicApiFormat(ReplyMetadata metadata,
                                                  std::vector<std::string> stops) {
  return std::make_shared<AnthropicApiFormat>(std::move(metadata), std::move(stops));
}

}  // namespace edgevlm
