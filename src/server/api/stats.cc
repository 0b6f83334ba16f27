// GET /metrics: a summary as JSON, or Prometheus' text for who asks for it.
#include <nlohmann/json.hpp>

#include "metrics/system.h"
#include "server/api/endpoints.h"
#include "server/parse/json.h"

namespace edgevlm {
namespace {

// Figures that are not counted but looked at.
SystemStats Refresh(ServerContext& context) {
  context.metrics().SetQueue(context.scheduler().stats());
  context.metrics().SetCaches(context.engine().image_cache(), context.engine().prompt_cache());
  const SystemStats system = ReadSystem();
  context.metrics().SetSystem(system);
  return system;
}

bool WantsPrometheus(const Request& request) {
  const std::string_view accept = request.header("accept");
  const auto asks = [&](std::string_view type) {
    return accept.find(type) != std::string_view::npos;
  };
  return asks("text/plain") || asks("application/openmetrics-text");
}

}  // namespace

Response ClearCache(ServerContext& context, const Request&) {
  context.engine().ClearCaches();
  return {.body = ToText({{"cleared", true}})};
}

Response ShowPrometheus(ServerContext& context, const Request&) {
  Refresh(context);
  return {.type = "text/plain; version=0.0.4; charset=utf-8",
          .body = context.metrics().registry().PrometheusText()};
}

Response ShowMetrics(ServerContext& context, const Request& request) {
  if (WantsPrometheus(request)) return ShowPrometheus(context, request);
  const SystemStats system = Refresh(context);
  return {.body = ToText({{"uptime_seconds", context.uptime_seconds()},
                          {"model", context.model_name()},
                          {"metrics", context.metrics().registry().Json()},
                          {"system", ToJson(system)}})};
}

}  // namespace edgevlm
