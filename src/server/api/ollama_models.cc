// Ollama's API: the list of models. There is one, which stays loaded.
#include <utility>
#include <vector>

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

// Clients compare names as text with those that Ollama lists, which always have a tag.
std::string WithTag(const std::string& name) {
  return name.find(':') == std::string::npos ? name + ":latest" : name;
}

// Older clients call the model "name" in requests about it.
void CheckNamedModel(const ServerContext& context, Fields& fields) {
  CheckModel(context, fields);
  if (fields.has("model") || context.IsModel(fields.Text("name", ""))) return;
  fields.Reject("name", "expected '" + context.model_name() + "', found another name",
                "model_not_found", 404);
}

json Entry(const ServerContext& context, const std::string& name) {
  return {{"name", WithTag(name)},
          {"model", WithTag(name)},
          {"size", context.engine().info().file_bytes},
          {"digest", ""},
          {"details", Details(context)}};
}

}  // namespace

Response OllamaTags(ServerContext& context, const Request&) {
  std::vector<std::string> names = {context.model_name()};
  const auto rules = context.rules();
  names.insert(names.end(), rules->model_aliases.begin(), rules->model_aliases.end());
  json models = json::array();
  for (const std::string& name : names) {
    models.push_back(Entry(context, name));
    models.back()["modified_at"] = UtcTime(MakeReplyMetadata(context, "tags", {}).created);
  }
  return {.body = ToText({{"models", std::move(models)}})};
}

Response OllamaRunning(ServerContext& context, const Request&) {
  json entry = Entry(context, context.model_name());
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
  CheckNamedModel(context, fields);
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

// The model is here already, so a download of it has nothing to do; one of another fails.
Response OllamaPull(ServerContext& context, const Request& request) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return OllamaError(*error);
  Problem problem;
  Fields fields(std::get<Json>(body), "", problem);
  CheckNamedModel(context, fields);
  const bool streams = fields.Bool("stream", true);
  if (problem) return OllamaError(*problem);
  const std::string success = ToText({{"status", "success"}});
  if (!streams) return {.body = success};
  return {.type = "application/x-ndjson",
          .body = ToText({{"status", "pulling manifest"}}) + "\n" + success + "\n"};
}

Response OllamaVersion(ServerContext&, const Request&) {
  return {.body = ToText({{"version", Version()}})};
}

}  // namespace edgevlm
