// GET /metrics: a summary as JSON, or Prometheus' text for who asks for it.
#include <nlohmann/json.hpp>

#include "metrics/system.h"
#include "server/api/endpoints.h"
#include "server/parse/json.h"

namespace edgevlm {
namespace {

// Figures that are not counted but looked at.
SystemFigures Refresh(Site& site) {
  site.metrics().SetQueue(site.scheduler().figures());
  site.metrics().SetCaches(site.engine().image_cache(), site.engine().prompt_cache());
  const SystemFigures system = ReadSystem();
  site.metrics().SetSystem(system);
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

Response ClearCache(Site& site, const Request&) {
  site.engine().ClearCaches();
  return {.body = ToText({{"cleared", true}})};
}

Response ShowPrometheus(Site& site, const Request&) {
  Refresh(site);
  return {.type = "text/plain; version=0.0.4; charset=utf-8",
          .body = site.metrics().registry().PrometheusText()};
}

Response ShowMetrics(Site& site, const Request& request) {
  if (WantsPrometheus(request)) return ShowPrometheus(site, request);
  const SystemFigures system = Refresh(site);
  return {.body = ToText({{"uptime_seconds", site.uptime_seconds()},
                          {"model", site.model_name()},
                          {"metrics", site.metrics().registry().Json()},
                          {"system", ToJson(system)}})};
}

}  // namespace edgevlm
