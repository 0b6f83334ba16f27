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

// 404 for a model that is not this server's, or none.
void RequireModel(const ServerContext& context, Fields& fields, const char* name) {
  const std::string model = fields.Text(name, "");
  if (!model.empty() && context.IsModel(model)) return;
  fields.Reject(
      name,
      "expected '" + context.model_name() + "', found " + (model.empty() ? "none" : "another name"),
      "model_not_found", 404);
}

// The end of a task with nothing to do, as a stream or alone.
Response Succeeded(const char* step, bool streams) {
  const std::string success = ToText({{"status", "success"}});
  if (!streams) return {.body = success};
  return {.type = "application/x-ndjson",
          .body = ToText({{"status", step}}) + "\n" + success + "\n"};
}

// The model has the names that it was given when the server started.
Response NotHere(const char* field) {
  return OllamaError({.status = 501,
                      .message = std::string(field) +
                                 ": expected a name that the model has: server.model_aliases adds "
                                 "some when the server starts"});
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
  if (!info.chat_template.empty()) capabilities.push_back("tools");
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
  return Succeeded("pulling manifest", streams);
}

Response OllamaCopy(ServerContext& context, const Request& request) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return OllamaError(*error);
  Problem problem;
  Fields fields(std::get<Json>(body), "", problem);
  RequireModel(context, fields, "source");
  const std::string name = fields.Text("destination", "");
  if (name.empty()) fields.Reject("destination", "expected a name, found none");
  if (problem) return OllamaError(*problem);
  return context.IsModel(name) ? Response{.body = ""} : NotHere("destination");
}

Response OllamaDelete(ServerContext& context, const Request& request) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return OllamaError(*error);
  Problem problem;
  Fields fields(std::get<Json>(body), "", problem);
  RequireModel(context, fields, fields.has("model") ? "model" : "name");
  if (problem) return OllamaError(*problem);
  return OllamaError(
      {.status = 501, .message = "model: expected another one: this server cannot delete its own"});
}

// Succeeds where there is nothing to do: a name that the model has, for the model as it is.
Response OllamaCreate(ServerContext& context, const Request& request) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return OllamaError(*error);
  Problem problem;
  Fields fields(std::get<Json>(body), "", problem);
  RequireModel(context, fields, "from");
  const std::string name = fields.Text("model", fields.Text("name", ""));
  if (name.empty()) fields.Reject("model", "expected a name, found none");
  for (const char* changed : {"files", "adapters", "template", "system", "parameters", "messages",
                              "license", "quantize", "modelfile"}) {
    const Json* value = fields.Any(changed);
    if (value == nullptr || value->empty() || *value == "") continue;
    fields.Reject(changed, "not supported by this server, which does not make models",
                  "unsupported", 501);
  }
  const bool streams = fields.Bool("stream", true);
  if (problem) return OllamaError(*problem);
  return context.IsModel(name) ? Succeeded("using existing layer", streams) : NotHere("model");
}

Response OllamaVersion(ServerContext&, const Request&) {
  return {.body = ToText({{"version", Version()}})};
}

}  // namespace edgevlm
