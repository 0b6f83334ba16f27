// GET /health, /health/live and /health/ready: for systemd, balancers and people.
#include <nlohmann/json.hpp>

#include "metrics/system.h"
#include "server/api/endpoints.h"
#include "server/parse/json.h"

namespace edgevlm {
namespace {

int StatusOf(const Site& site) { return site.draining() ? 503 : 200; }
const char* NameOf(const Site& site) { return site.draining() ? "draining" : "ok"; }

}  // namespace

Response ShowHealth(Site& site, const Request&) {
  const SchedulerFigures queue = site.scheduler().figures();
  return {.status = StatusOf(site),
          .body = ToText({{"status", NameOf(site)},
                          {"version", Version()},
                          {"model", site.model_name()},
                          {"needs_key", !site.rules()->access.keys.empty()},
                          {"uptime_seconds", site.uptime_seconds()},
                          {"queue", {{"waiting", queue.waiting}, {"running", queue.running}}},
                          {"system", ToJson(ReadSystem())}})};
}

Response ShowLive(Site&, const Request&) { return {.body = ToText({{"status", "ok"}})}; }

Response ShowReady(Site& site, const Request&) {
  return {.status = StatusOf(site), .body = ToText({{"status", NameOf(site)}})};
}

}  // namespace edgevlm
