#include "server/api/responses_api_format.h"

#include <chrono>
#include <string_view>
#include <utility>

#include "server/parse/json.h"
#include "server/reply_fields.h"

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

json TextPart(std::string_view text) {
  return {{"type", "output_text"},
          {"text", text},
          {"annotations", json::array()},
          {"logprobs", json::array()}};
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
  ResponsesApiFormat(json object, std::string item_id, std::optional<ResponseSlot> slot)
      : object_(std::move(object)), item_id_(std::move(item_id)), slot_(std::move(slot)) {}

  Response WholeReply(const RequestReply& reply) override { return {.body = Store(Ended(reply))}; }
  Response ErrorReply(const ApiError& error) override { return OpenAiError(error); }

  std::vector<std::string> StreamStart(int) override {
    json item = Item("in_progress");
    item["content"] = json::array();
    return {Event("response.created", {{"response", object_}}),
            Event("response.in_progress", {{"response", object_}}),
            Event("response.output_item.added", {{"output_index", 0}, {"item", item}}),
            PartEvent("response.content_part.added", {{"part", TextPart("")}})};
  }
  std::string TextChunk(std::string_view text) override {
    return PartEvent("response.output_text.delta", {{"delta", text}, {"logprobs", json::array()}});
  }
  std::vector<std::string> StreamEnd(const RequestReply& reply) override {
    const std::string& text = reply.reply.text;
    const json response = Ended(reply);
    Store(response);
    return {
        PartEvent("response.output_text.done", {{"text", text}, {"logprobs", json::array()}}),
        PartEvent("response.content_part.done", {{"part", TextPart(text)}}),
        Event("response.output_item.done", {{"output_index", 0}, {"item", response["output"][0]}}),
        Event(IsCut(reply) ? "response.incomplete" : "response.completed",
              {{"response", response}})};
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
  std::string PartEvent(const char* type, json members) {
    members["item_id"] = item_id_;
    members["output_index"] = members["content_index"] = 0;
    return Event(type, std::move(members));
  }

  json Item(const char* status) const {
    return {{"id", item_id_}, {"type", "message"}, {"role", "assistant"}, {"status", status}};
  }

  json Ended(const RequestReply& reply) const {
    const char* status = IsCut(reply) ? "incomplete" : "completed";
    json item = Item(status);
    item["content"] = json::array({TextPart(reply.reply.text)});
    json response = object_;
    response["status"] = status;
    response["output"] = json::array({item});
    response["completed_at"] = Now();
    response["usage"] = UsageOf(reply.reply);
    if (IsCut(reply)) response["incomplete_details"] = {{"reason", "max_output_tokens"}};
    return response;
  }

  // Before the client has it, so that its next request finds it. Returns the JSON text.
  std::string Store(const json& response) {
    std::string text = ToText(response);
    if (!slot_) return text;
    slot_->messages.push_back({.role = Role::kAssistant,
                               .parts = {{.text = response["output"][0]["content"][0]["text"]}}});
    slot_->store.Add(
        response["id"],
        {.scope = std::move(slot_->scope), .messages = std::move(slot_->messages), .object = text});
    slot_.reset();
    return text;
  }

  const json object_;
  const std::string item_id_;
  std::optional<ResponseSlot> slot_;
  int sequence_ = 0;  // of the next event
};

}  // namespace

std::shared_ptr<ApiFormat> MakeResponsesApiFormat(json object, std::string item_id,
                                                  std::optional<ResponseSlot> slot) {
  return std::make_shared<ResponsesApiFormat>(std::move(object), std::move(item_id),
                                              std::move(slot));
}

}  // namespace edgevlm
