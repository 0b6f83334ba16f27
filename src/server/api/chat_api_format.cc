#include "server/api/chat_api_format.h"

#include <array>
#include <utility>

#include "server/parse/json.h"

namespace edgevlm {
namespace {

using nlohmann::json;

class ChatApiFormat final : public ApiFormat {
 public:
  ChatApiFormat(ReplyMetadata metadata, const CompletionOptions& options)
      : metadata_(std::move(metadata)), options_(options) {}

  Response WholeReply(const RequestReply& reply) override {
    json object = Object("chat.completion");
    object["choices"] = json::array();
    for (int i = 0; i < CountReplies(reply); ++i) {
      object["choices"].push_back(WholeChoice(ReplyAt(reply, i), i));
    }
    AddStats(reply, object);
    return {.body = ToText(object)};
  }
  Response ErrorReply(const ApiError& error) override { return OpenAiError(error); }

  std::vector<std::string> StreamStart(int) override {
    std::vector<std::string> payloads;
    for (int i = 0; i < options_.replies; ++i) {
      payloads.push_back(Chunk(i, {{"role", "assistant"}, {"content", ""}}, {}, json()));
    }
    return payloads;
  }
  std::string ProgressChunk(const Progress& progress) override {
    json object = Object("chat.completion.chunk");
    object["choices"] = json::array();
    object["progress"] = ProgressJson(progress);
    return ToText(object);
  }
  std::vector<std::string> TextChunks(const TextPiece& piece) override {
    shown_choices_[static_cast<std::size_t>(piece.reply)] += piece.choices.size();
    return {Chunk(piece.reply, {{"content", piece.text}}, piece.choices, json())};
  }
  std::vector<std::string> CallChunks(int reply, const ToolCall& call) override {
    json& calls = calls_[static_cast<std::size_t>(reply)];
    const std::size_t index = calls.size();
    const std::string arguments = ToText(call.arguments);
    json whole = {{"id", call.id},
                  {"type", "function"},
                  {"function", {{"name", call.name}, {"arguments", arguments}}}};
    calls.push_back(whole);
    const json rest = {{"index", index}, {"function", {{"arguments", arguments}}}};
    whole["index"] = index;
    whole["function"]["arguments"] = "";
    return {Chunk(reply, {{"tool_calls", json::array({whole})}}, {}, json()),
            Chunk(reply, {{"tool_calls", json::array({rest})}}, {}, json())};
  }
  std::vector<std::string> StreamEnd(const RequestReply& reply) override {
    std::vector<std::string> payloads;
    for (int i = 0; i < CountReplies(reply); ++i) {
      const Reply& one = ReplyAt(reply, i);
      const auto shown = shown_choices_[static_cast<std::size_t>(i)];
      payloads.push_back(
          Chunk(i, json::object(), std::span(one.token_choices).subspan(shown), Ending(one, i)));
    }
    // Without usage, as a stream's last chunk without a choice, but only where there are videos.
    if (!options_.includes_usage && !metadata_.videos.empty()) {
      json object = Object("chat.completion.chunk");
      object["choices"] = json::array();
      AddVideos(metadata_, object);
      payloads.push_back(ToText(object));
    }
    if (options_.includes_usage) {
      json object = Object("chat.completion.chunk");
      object["choices"] = json::array();
      AddStats(reply, object);
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

  void AddStats(const RequestReply& reply, json& object) const {
    object["usage"] = UsageJson(reply);
    object["timings"] = TimingsJson(reply);
    object["seed"] = SeedJson(reply.reply.seed);
    AddVideos(metadata_, object);
  }

  json Logprobs(std::span<const TokenChoice> choices) const {
    if (!options_.has_logprobs) return nullptr;
    return {{"content", ChoicesJson(choices)}, {"refusal", nullptr}};
  }

  json WholeChoice(const Reply& reply, int index) const {
    json message = {{"role", "assistant"}, {"content", reply.text}, {"refusal", nullptr}};
    if (const json& calls = calls_[static_cast<std::size_t>(index)]; !calls.empty()) {
      if (reply.text.empty()) message["content"] = nullptr;
      message["tool_calls"] = calls;
    }
    return {{"index", index},
            {"message", std::move(message)},
            {"logprobs", Logprobs(reply.token_choices)},
            {"finish_reason", Ending(reply, index)}};
  }

  const char* Ending(const Reply& reply, int index) const {
    const bool calls = !calls_[static_cast<std::size_t>(index)].empty();
    return calls ? "tool_calls" : FinishName(reply.finish_reason);
  }

  std::string Chunk(int index, json delta, std::span<const TokenChoice> choices,
                    json finish_reason) const {
    json object = Object("chat.completion.chunk");
    object["choices"] = {{{"index", index},
                          {"delta", std::move(delta)},
                          {"logprobs", choices.empty() ? json() : Logprobs(choices)},
                          {"finish_reason", std::move(finish_reason)}}};
    return ToText(object);
  }

  const ReplyMetadata metadata_;
  const CompletionOptions options_;
  std::array<std::size_t, kMaxReplies> shown_choices_ = {};
  std::array<json, kMaxReplies> calls_ = {};  // of tools, as a message has them; null: none
};

}  // namespace

std::shared_ptr<ApiFormat> MakeChatApiFormat(ReplyMetadata metadata,
                                             const CompletionOptions& options) {
  return std::make_shared<ChatApiFormat>(std::move(metadata), options);
}

}  // namespace edgevlm
