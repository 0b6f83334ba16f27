#include "server/api/completions_api_format.h"

#include <utility>

#include "server/parse/json.h"

namespace edgevlm {
namespace {

using nlohmann::json;

class CompletionsApiFormat final : public ApiFormat {
 public:
  CompletionsApiFormat(ReplyMetadata metadata, bool includes_usage)
      : metadata_(std::move(metadata)), includes_usage_(includes_usage) {}

  Response WholeReply(const RequestReply& reply) override {
    json object = Object();
    object["choices"] =
        json::array({Choice(reply.reply.text, FinishName(reply.reply.finish_reason))});
    object["usage"] = UsageJson(reply.reply);
    return {.body = ToText(object)};
  }
  Response ErrorReply(const ApiError& error) override { return OpenAiError(error); }

  std::string TextChunk(std::string_view text) override { return Chunk(Choice(text, json())); }
  std::vector<std::string> StreamEnd(const RequestReply& reply) override {
    std::vector<std::string> payloads = {Chunk(Choice("", FinishName(reply.reply.finish_reason)))};
    if (includes_usage_) {
      json object = Object();
      object["choices"] = json::array();
      object["usage"] = UsageJson(reply.reply);
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
  static json Choice(std::string_view text, const json& finish_reason) {
    return {{"index", 0}, {"text", text}, {"logprobs", nullptr}, {"finish_reason", finish_reason}};
  }
  std::string Chunk(json choice) const {
    json object = Object();
    object["choices"] = json::array({std::move(choice)});
    return ToText(object);
  }

  const ReplyMetadata metadata_;
  const bool includes_usage_;
};

}  // namespace

std::shared_ptr<ApiFormat> MakeCompletionsApiFormat(ReplyMetadata metadata, bool includes_usage) {
  return std::make_shared<CompletionsApiFormat>(std::move(metadata), includes_usage);
}

}  // namespace edgevlm
