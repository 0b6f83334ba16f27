#include "server/api/task_api_format.h"

#include <algorithm>
#include <utility>

#include "server/parse/json.h"

namespace edgevlm {
namespace {

using nlohmann::json;

class TaskApiFormat final : public ApiFormat {
 public:
  TaskApiFormat(TaskKind kind, ReplyFacts facts)
      : name_(kind == TaskKind::kCaption ? "caption" : "answer"), facts_(std::move(facts)) {}

  Response Whole(const RequestReply& reply) override { return {.body = ToText(Object(reply))}; }
  Response Failed(const ApiError& error) override { return OpenAiError(error); }

  std::string Begin() override { return ToText({{"request_id", facts_.id}}); }
  std::string Progressed(const Progress& progress) override {
    return ToText({{"progress", ProgressJson(progress)}});
  }
  std::string Text(std::string_view text) override { return ToText({{"chunk", text}}); }
  std::vector<std::string> End(const RequestReply& reply) override {
    json object = Object(reply);
    object["completed"] = true;
    return {ToText(object), "[DONE]"};
  }
  std::string FailedLate(const ApiError& error) override { return OpenAiErrorBody(error); }

 private:
  json Object(const RequestReply& reply) const {
    json images = ImagesJson(facts_, reply);
    const auto read =
        std::ranges::find_if(images, [](const json& image) { return image["tokens"] > 0; });
    const json image = read == images.end() ? json() : *read;
    return {{name_, reply.reply.text},
            {"model", facts_.model},
            {"finish_reason", FinishName(reply.reply.finish_reason)},
            {"usage", UsageJson(reply.reply)},
            {"timings", TimingsJson(reply)},
            {"seed", SeedJson(reply.reply.seed)},
            {"request_id", facts_.id},
            {"image", image},
            {"images", std::move(images)},
            {"image_tokens", reply.image_tokens}};
  }

  const char* const name_;
  const ReplyFacts facts_;
};

}  // namespace

std::shared_ptr<ApiFormat> MakeTaskApiFormat(TaskKind kind, ReplyFacts facts) {
  return std::make_shared<TaskApiFormat>(kind, std::move(facts));
}

}  // namespace edgevlm
