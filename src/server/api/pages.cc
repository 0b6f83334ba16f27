// GET /, /docs and /openapi.json: what a person or a program finds here first.
#include <nlohmann/json.hpp>

#include "server/api/endpoints.h"
#include "server/page/files.h"
#include "server/parse/json.h"

namespace edgevlm {
namespace {

// Pages load nothing from elsewhere and can not be put into others.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'";

Response Page(std::string_view html) {
  return {.type = "text/html; charset=utf-8",
          .body = std::string(html),
          .headers = {{"Content-Security-Policy", kPolicy},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-cache"}}};
}

}  // namespace

Response ShowRoot(Site& site, const Request& request) {
  if (request.header("accept").find("text/html") != std::string_view::npos)
    return Page(IndexHtml());
  const ModelInfo& info = site.engine().info();
  Response response = {.body = ToText({{"service", "edgevlm"},
                                       {"version", Version()},
                                       {"model",
                                        {{"name", site.model_name()},
                                         {"architecture", info.architecture},
                                         {"vision_encoder", info.vision_encoder},
                                         {"parameters", info.parameters},
                                         {"context_tokens", info.context_tokens},
                                         {"image_tokens", info.image_tokens},
                                         {"threads", info.threads},
                                         {"instruction_set", info.instruction_set}}},
                                       {"uptime_seconds", site.uptime_seconds()},
                                       {"docs", "/docs"},
                                       {"openapi", "/openapi.json"}})};
  response.headers["Vary"] = "Accept";
  return response;
}

Response ShowDocs(Site&, const Request&) { return Page(DocsHtml()); }

Response ShowOpenApi(Site&, const Request&) { return {.body = std::string(OpenApiJson())}; }

}  // namespace edgevlm
