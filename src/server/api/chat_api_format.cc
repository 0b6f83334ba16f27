#include "server/api/chat_api_format.h"

#include <utility>

#include "server/parse/json.h"

namespace edgevlm {
namespace {

using nlohmann::json;

class ChatApiFormat final : public ApiFormat {
 public:
  ChatApiFormat(ReplyMetadata metadata, bool includes_usage)
      : metadata_(std::move(metadata)), includes_usage_(includes_usage) {}

  Response WholeReply(const RequestReply& reply) override {
    json object = Object("chat.completion");
    object["choices"] = {
        {{"index", 0},
         {"message", {{"role", "assistant"}, {"content", reply.reply.text}, {"refusal", nullptr}}},
         {"logprobs", nullptr},
         {"finish_reason", FinishName(reply.reply.finish_reason)}}};
    object["usage"] = UsageJson(reply.reply);
    object["timings"] = TimingsJson(reply);
    object["seed"] = SeedJson(reply.reply.seed);
    return {.body = ToText(object)};
  }
  Response ErrorReply(const ApiError& error) override { return OpenAiError(error); }

  std::vector<std::string> StreamStart(int) override {
    return {Chunk({{"role", "assistant"}, {"content", ""}}, nullptr)};
  }
  std::string ProgressChunk(const Progress& progress) override {
    json object = Object("chat.completion.chunk");
    object["choices"] = json::array();
    object["progress"] = ProgressJson(progress);
    return ToText(object);
  }
  std::string TextChunk(std::string_view text) override {
    return Chunk({{"content", text}}, nullptr);
  }
  std::vector<std::string> StreamEnd(const RequestReply& reply) override {
    std::vector<std::string> payloads = {
        Chunk(json::object(), FinishName(reply.reply.finish_reason))};
    if (includes_usage_) {
      json object = Object("chat.completion.chunk");
      object["choices"] = json::array();
      object["usage"] = UsageJson(reply.reply);
      object["timings"] = TimingsJson(reply);
      object["seed"] = SeedJson(reply.reply.seed);
      payloads.push_back(ToText(object));
    }
    payloads.emplace_back("[DONE]");
    return payloads;
  }
  std::string StreamError(const ApiError& error) override { return OpenAiErrorBody(error); }

 private:
  json Object(const char* kind) const {
    return {{"id", metadata_.id},
            {"object", kind},
            {"created", metadata_.created},
            {"model", metadata_.model}};
  }

  std::string Chunk(json delta, const char* finish_reason) const {
    json object = Object("chat.completion.chunk");
    object["choices"] = {
        {{"index", 0},
         {"delta", std::move(delta)},
         {"logprobs", nullptr},
         {"finish_reason", finish_reason == nullptr ? json() : json(finish_reason)}}};
    return ToText(object);
  }

  const ReplyMetadata metadata_;
  const bool includes_usage_;
};

}  // namespace

std::shared_ptr<ApiFormat> MakeChatApiFormat(ReplyMetadata metadata, bool includes_usage) {
  return std::make_shared<ChatApiFormat>(std::move(metadata), includes_usage);
}

}  // namespace edgevlm
