// GET /metrics: a summary as JSON, or Prometheus' text format if the client accepts it.
#include <nlohmann/json.hpp>

#include "metrics/system.h"
#include "server/api/endpoints.h"
#include "server/parse/json.h"

namespace edgevlm {
namespace {

// Updates the gauges that are sampled rather than counted.
SystemStats RefreshGauges(ServerContext& context) {
  context.metrics().SetQueue(context.scheduler().stats());
  context.metrics().SetCaches(context.engine().image_cache(), context.engine().prefix_cache());
  const SystemStats system = ReadSystem();
  context.metrics().SetSystem(system);
  return system;
}

bool WantsPrometheus(const Request& request) {
  const std::string_view accept = request.header("accept");
  const auto accepts = [&](std::string_view type) {
    return accept.find(type) != std::string_view::npos;
  };
  return accepts("text/plain") || accepts("application/openmetrics-text");
}

}  // namespace

Response ClearCache(ServerContext& context, const Request&) {
  context.engine().ClearCaches();
  return {.body = ToText({{"cleared", true}})};
}

Response ShowPrometheus(ServerContext& context, const Request&) {
  RefreshGauges(context);
  return {.type = "text/plain; version=0.0.4; charset=utf-8",
          .body = context.metrics().registry().PrometheusText()};
}

Response ShowMetrics(ServerContext& context, const Request& request) {
  if (WantsPrometheus(request)) return ShowPrometheus(context, request);
  const SystemStats system = RefreshGauges(context);
  return {.body = ToText({{"uptime_seconds", context.uptime_seconds()},
                          {"model", context.model_name()},
                          {"metrics", context.metrics().registry().Json()},
                          {"system", ToJson(system)}})};
}

}  // namespace edgevlm
