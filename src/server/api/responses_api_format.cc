#include "server/api/responses_api_format.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

#include "server/api/response_items.h"
#include "server/parse/json.h"
#include "server/reply_fields.h"
#include "server/tools/tool_prompt.h"

namespace edgevlm {
namespace {

using nlohmann::json;

std::int64_t Now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool IsCut(const RequestReply& reply) {
  return std::string_view(FinishName(reply.reply.finish_reason)) == "length";
}

json TextPart(std::string_view text, std::span<const TokenChoice> choices) {
  return {{"type", "output_text"},
          {"text", text},
          {"annotations", json::array()},
          {"logprobs", ChoicesJson(choices)}};
}

json UsageOf(const Reply& reply) {
  return {{"input_tokens", reply.prompt_tokens},
          {"input_tokens_details", {{"cached_tokens", reply.reused_tokens}}},
          {"output_tokens", reply.reply_tokens},
          {"output_tokens_details", {{"reasoning_tokens", 0}}},
          {"total_tokens", reply.prompt_tokens + reply.reply_tokens}};
}

class ResponsesApiFormat final : public ApiFormat {
 public:
  ResponsesApiFormat(json object, std::string own_id, std::optional<ResponseSlot> slot,
                     ReplyMetadata metadata)
      : object_(std::move(object)),
        own_id_(std::move(own_id)),
        slot_(std::move(slot)),
        metadata_(std::move(metadata)) {}

  Response WholeReply(const RequestReply& reply) override {
    const std::string& text = reply.reply.text;
    if (!text.empty() || output_.empty()) {
      const json message = Message(kItemIdPrefix + own_id_, text, reply.reply.token_choices,
                                   IsCut(reply) ? "incomplete" : "completed");
      output_.insert(output_.begin(), message);
    }
    return {.body = Store(reply, Ended(reply))};
  }
  Response ErrorReply(const ApiError& error) override { return OpenAiError(error); }

  std::vector<std::string> StreamStart(int) override {
    return {Event("response.created", {{"response", object_}}),
            Event("response.in_progress", {{"response", object_}})};
  }
  std::vector<std::string> TextChunks(const TextPiece& piece) override {
    std::vector<std::string> events = OpenMessage();
    text_ += piece.text;
    events.push_back(PartEvent("response.output_text.delta",
                               {{"delta", piece.text}, {"logprobs", ChoicesJson(piece.choices)}}));
    return events;
  }
  std::vector<std::string> CallChunks(int, const ToolCall& call) override {
    std::vector<std::string> events = CloseMessage({}, "completed");
    json item = {
        {"id", ItemId(kCallIdPrefix)}, {"type", "function_call"}, {"call_id", call.id},
        {"name", call.name},           {"arguments", ""},         {"status", "in_progress"}};
    const std::string arguments = ToText(call.arguments);
    const json place = {{"item_id", item["id"]}, {"output_index", output_.size()}};
    const auto add = [&](const char* type, const json& members) {
      json event = place;
      event.update(members);
      events.push_back(Event(type, std::move(event)));
    };
    events.push_back(
        Event("response.output_item.added", {{"output_index", output_.size()}, {"item", item}}));
    add("response.function_call_arguments.delta", {{"delta", arguments}});
    add("response.function_call_arguments.done", {{"name", call.name}, {"arguments", arguments}});
    item["arguments"] = arguments;
    item["status"] = "completed";
    events.push_back(
        Event("response.output_item.done", {{"output_index", output_.size()}, {"item", item}}));
    output_.push_back(std::move(item));
    calls_.push_back(call);
    return events;
  }
  std::vector<std::string> StreamEnd(const RequestReply& reply) override {
    std::vector<std::string> events;
    // A reply without text is a message without text.
    if (output_.empty()) events = OpenMessage();
    std::ranges::move(
        CloseMessage(reply.reply.token_choices, IsCut(reply) ? "incomplete" : "completed"),
        std::back_inserter(events));
    const json response = Ended(reply);
    Store(reply, response);
    events.push_back(Event(IsCut(reply) ? "response.incomplete" : "response.completed",
                           {{"response", response}}));
    return events;
  }
  std::string StreamError(const ApiError& error) override {
    json response = object_;
    response["status"] = "failed";
    response["error"] = {{"code", error.code.empty() ? "server_error" : error.code},
                         {"message", error.message}};
    return Event("response.failed", {{"response", response}});
  }

 private:
  std::string Event(const char* type, json members) {
    members["type"] = type;
    members["sequence_number"] = sequence_++;
    return NamedEvent(type, ToText(members));
  }
  // Of the message that is open.
  std::string PartEvent(const char* type, json members) {
    members["item_id"] = open_id_;
    members["output_index"] = output_.size();
    members["content_index"] = 0;
    return Event(type, std::move(members));
  }

  // Of the next item: the first one's is that of the response.
  std::string ItemId(const char* prefix) const {
    return prefix + own_id_ + (output_.empty() ? "" : "_" + std::to_string(output_.size()));
  }

  static json Message(const std::string& id, std::string_view text,
                      std::span<const TokenChoice> choices, const char* status) {
    return {{"id", id},
            {"type", "message"},
            {"role", "assistant"},
            {"status", status},
            {"content", json::array({TextPart(text, choices)})}};
  }

  // Events that open a message, unless one is open.
  std::vector<std::string> OpenMessage() {
    if (!open_id_.empty()) return {};
    open_id_ = ItemId(kItemIdPrefix);
    text_.clear();
    json item = Message(open_id_, "", {}, "in_progress");
    item["content"] = json::array();
    return {Event("response.output_item.added", {{"output_index", output_.size()}, {"item", item}}),
            PartEvent("response.content_part.added", {{"part", TextPart("", {})}})};
  }

  // Events that end the open message, if there is one.
  std::vector<std::string> CloseMessage(std::span<const TokenChoice> choices, const char* status) {
    if (open_id_.empty()) return {};
    const json item = Message(open_id_, text_, choices, status);
    std::vector<std::string> events = {
        PartEvent("response.output_text.done",
                  {{"text", text_}, {"logprobs", ChoicesJson(choices)}}),
        PartEvent("response.content_part.done", {{"part", item["content"][0]}}),
        Event("response.output_item.done", {{"output_index", output_.size()}, {"item", item}})};
    output_.push_back(item);
    open_id_.clear();
    return events;
  }

  json Ended(const RequestReply& reply) const {
    json response = object_;
    response["status"] = IsCut(reply) ? "incomplete" : "completed";
    response["output"] = output_;
    response["completed_at"] = Now();
    response["usage"] = UsageOf(reply.reply);
    AddVideos(metadata_, response);
    if (IsCut(reply)) response["incomplete_details"] = {{"reason", "max_output_tokens"}};
    return response;
  }

  // Before the client has it, so that its next request finds it. Returns the JSON text.
  std::string Store(const RequestReply& reply, const json& response) {
    std::string text = ToText(response);
    if (!slot_) return text;
    ToolConversation conversation(slot_->form, std::move(slot_->messages));
    conversation.Add({.role = Role::kAssistant, .parts = {{.text = reply.reply.text}}});
    conversation.AddCalls(calls_);
    slot_->store.Add(
        response["id"],
        {.scope = std::move(slot_->scope), .messages = conversation.Move(), .object = text});
    slot_.reset();
    return text;
  }

  const json object_;
  const std::string own_id_;
  std::optional<ResponseSlot> slot_;
  const ReplyMetadata metadata_;
  int sequence_ = 0;             // of the next event
  json output_ = json::array();  // items that are whole
  std::vector<ToolCall> calls_;  // of them
  std::string open_id_;          // of the message that is streamed; empty: none is
  std::string text_;             // of it
};

}  // namespace

std::shared_ptr<ApiFormat> MakeResponsesApiFormat(json object, std::string own_id,
                                                  std::optional<ResponseSlot> slot,
                                                  ReplyMetadata metadata) {
  return std::make_shared<ResponsesApiFormat>(std::move(object), std::move(own_id), std::move(slot),
                                              std::move(metadata));
}

}  // namespace edgevlm
