// Ollama's API: the list of models. There is one, which stays loaded.
#include "base/utc_time.h"
#include "server/api/body.h"
#include "server/api/endpoints.h"
#include "server/api/ollama_api_format.h"
#include "server/parse/json.h"

namespace edgevlm {
namespace {

using nlohmann::json;

constexpr const char* kForever = "9999-12-31T23:59:59Z";

std::string Millions(std::int64_t parameters) {
  return std::to_string(parameters / 1'000'000) + "M";
}

json Details(const ServerContext& context) {
  const ModelInfo& info = context.engine().info();
  return {{"parent_model", ""},
          {"format", "gguf"},
          {"family", info.architecture},
          {"families", json::array({info.architecture})},
          {"parameter_size", Millions(info.parameters)},
          {"quantization_level", ""}};
}

json Entry(ServerContext& context) {
  return {{"name", context.model_name()},
          {"model", context.model_name()},
          {"size", context.engine().info().file_bytes},
          {"digest", ""},
          {"details", Details(context)}};
}

}  // namespace

Response OllamaTags(ServerContext& context, const Request&) {
  json entry = Entry(context);
  entry["modified_at"] = UtcTime(MakeReplyMetadata(context, "tags", {}).created);
  return {.body = ToText({{"models", json::array({entry})}})};
}

Response OllamaRunning(ServerContext& context, const Request&) {
  json entry = Entry(context);
  entry["expires_at"] = kForever;
  entry["size_vram"] = 0;
  entry["context_length"] = context.engine().info().context_tokens;
  return {.body = ToText({{"models", json::array({entry})}})};
}

Response OllamaShow(ServerContext& context, const Request& request) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return OllamaError(*error);
  Problem problem;
  Fields fields(std::get<Json>(body), "", problem);
  CheckModel(context, fields);
  if (problem) return OllamaError(*problem);
  const ModelInfo& info = context.engine().info();
  json capabilities = json::array({"completion"});
  if (info.image_size > 0) capabilities.push_back("vision");
  return {.body = ToText({{"modelfile", ""},
                          {"parameters", ""},
                          {"template", info.chat_template},
                          {"details", Details(context)},
                          {"model_info",
                           {{"general.architecture", info.architecture},
                            {"general.parameter_count", info.parameters},
                            {info.architecture + ".context_length", info.context_tokens},
                            {info.architecture + ".embedding_length", info.embedding_length}}},
                          {"capabilities", capabilities}})};
}

Response OllamaVersion(ServerContext&, const Request&) {
  return {.body = ToText({{"version", Version()}})};
}

}  // namespace edgevlm
