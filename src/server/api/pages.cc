// GET /, /docs, /openapi.json and /page/...: the entry points for people and programs.
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "server/api/endpoints.h"
#include "server/page/files.h"
#include "server/parse/json.h"

namespace edgevlm {
namespace {

using nlohmann::json;

// Pages load nothing from other origins, run no inline scripts, and cannot be framed.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'";

constexpr int kUnauthorized = 401;

Response FileResponse(std::string_view name) {
  const std::optional<PageFile> file = FindPageFile(name);
  CHECK(file.has_value());
  return {.type = std::string(file->type),
          .body = std::string(file->bytes),
          .headers = {{"Content-Security-Policy", kPolicy},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-cache"},
                      {"Vary", "Accept"}}};
}

bool WantsHtml(const Request& head) {
  return head.header("accept").find("text/html") != std::string_view::npos;
}

json ModelJson(const ServerContext& context) {
  const ModelInfo& info = context.engine().info();
  return {{"name", context.model_name()},
          {"notice", info.notice},
          {"architecture", info.architecture},
          {"vision_encoder", info.vision_encoder},
          {"sound_projector", info.sound_projector},
          {"sound_seconds", info.most_sound_seconds},
          {"chat_template", info.chat_template},
          {"parameters", info.parameters},
          {"context_tokens", info.context_tokens},
          {"image_size", info.image_size},
          {"image_tokens", info.image_tokens},
          {"has_image_grid", info.has_image_grid},
          {"threads", info.threads},
          {"decode_threads", info.decode_threads},
          {"instruction_set", info.instruction_set}};
}

// The defaults of fields that a request leaves out.
json DefaultsJson(const ServerRules& rules) {
  return {{"max_tokens", rules.decode.max_tokens},
          {"temperature", rules.decode.temperature},
          {"seed", SeedJson(rules.decode.seed)}};
}

json LimitsJson(const ServerRules& rules) {
  return {{"body_bytes", rules.limits.body_bytes},
          {"pictures", rules.limits.images},
          {"reply_tokens", rules.limits.reply_tokens}};
}

}  // namespace

Response ShowRoot(ServerContext& context, const Request& request) {
  if (WantsHtml(request)) return FileResponse("index.html");
  const auto rules = context.rules();
  return {.body = ToText({{"service", "edgevlm"},
                          {"version", Version()},
                          {"model", ModelJson(context)},
                          {"optimisations", context.optimizations()},
                          {"defaults", DefaultsJson(*rules)},
                          {"limits", LimitsJson(*rules)},
                          {"uptime_seconds", context.uptime_seconds()},
                          {"docs", "/docs"},
                          {"openapi", "/openapi.json"}}),
          .headers = {{"Vary", "Accept"}}};
}

Response ShowDocs(ServerContext&, const Request&) { return FileResponse("docs.html"); }

Response ShowOpenApi(ServerContext&, const Request&) { return FileResponse("openapi.json"); }

Response ShowPageFile(ServerContext&, const Request& request) {
  const std::string_view name = std::string_view(request.path).substr(request.path.rfind('/') + 1);
  if (FindPageFile(name)) return FileResponse(name);
  return OpenAiError(
      {.status = 404, .message = "path: there is no such file", .code = "not_found"});
}

Response UnauthorizedResponse(const Request& head, const ApiError& error) {
  const bool is_page = head.path == "/" || head.path == "/docs";
  if (error.status != kUnauthorized || !is_page || !WantsHtml(head)) {
    return ErrorAt(head.path, error);
  }
  Response page = FileResponse(head.path == "/" ? "index.html" : "docs.html");
  page.status = error.status;
  // With Basic, as in `error`, browsers would ask for a password by themselves.
  page.headers["WWW-Authenticate"] = "Bearer realm=\"edgevlm\"";
  return page;
}

}  // namespace edgevlm
