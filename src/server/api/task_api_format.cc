#include "server/api/task_api_format.h"

#include <algorithm>
#include <utility>

#include "server/parse/json.h"

namespace edgevlm {
namespace {

using nlohmann::json;

class TaskApiFormat final : public ApiFormat {
 public:
  TaskApiFormat(TaskKind kind, ReplyMetadata metadata)
      : name_(kind == TaskKind::kCaption ? "caption" : "answer"), metadata_(std::move(metadata)) {}

  Response WholeReply(const RequestReply& reply) override {
    return {.body = ToText(Object(reply))};
  }
  Response ErrorReply(const ApiError& error) override { return OpenAiError(error); }

  std::vector<std::string> StreamStart(int) override {
    return {ToText({{"request_id", metadata_.id}})};
  }
  std::string ProgressChunk(const Progress& progress) override {
    return ToText({{"progress", ProgressJson(progress)}});
  }
  std::vector<std::string> TextChunks(const TextPiece& piece) override {
    return {ToText({{"chunk", piece.text}})};
  }
  std::vector<std::string> StreamEnd(const RequestReply& reply) override {
    json object = Object(reply);
    object["completed"] = true;
    return {ToText(object), "[DONE]"};
  }
  std::string StreamError(const ApiError& error) override { return OpenAiErrorBody(error); }

 private:
  json Object(const RequestReply& reply) const {
    json images = ImagesJson(metadata_, reply);
    const auto used =
        std::ranges::find_if(images, [](const json& image) { return image["tokens"] > 0; });
    const json image = used == images.end() ? json() : *used;
    json object = {{name_, reply.reply.text},
                   {"model", metadata_.model},
                   {"probability", reply.reply.probability.value_or(0)},
                   {"finish_reason", FinishName(reply.reply.finish_reason)},
                   {"usage", UsageJson(reply)},
                   {"timings", TimingsJson(reply)},
                   {"seed", SeedJson(reply.reply.seed)},
                   {"request_id", metadata_.id},
                   {"image", image},
                   {"images", std::move(images)},
                   {"image_tokens", reply.image_tokens}};
    AddVideos(metadata_, object);
    return object;
  }

  const char* const name_;
  const ReplyMetadata metadata_;
};

}  // namespace

std::shared_ptr<ApiFormat> MakeTaskApiFormat(TaskKind kind, ReplyMetadata metadata) {
  return std::make_shared<TaskApiFormat>(kind, std::move(metadata));
}

}  // namespace edgevlm
