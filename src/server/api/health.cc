// GET /health, /health/live and /health/ready: for systemd, load balancers and people.
#include <nlohmann/json.hpp>

#include "metrics/system.h"
#include "server/api/endpoints.h"
#include "server/parse/json.h"

namespace edgevlm {
namespace {

int StatusOf(const ServerContext& context) { return context.draining() ? 503 : 200; }
const char* NameOf(const ServerContext& context) { return context.draining() ? "draining" : "ok"; }

}  // namespace

Response ShowHealth(ServerContext& context, const Request&) {
  const SchedulerStats queue = context.scheduler().stats();
  return {.status = StatusOf(context),
          .body = ToText({{"status", NameOf(context)},
                          {"version", Version()},
                          {"model", context.model_name()},
                          {"notice", context.engine().info().notice},
                          {"needs_key", !context.rules()->access.keys.empty()},
                          {"uptime_seconds", context.uptime_seconds()},
                          {"queue", {{"waiting", queue.waiting}, {"running", queue.running}}},
                          {"system", ToJson(ReadSystem())}})};
}

Response ShowLive(ServerContext&, const Request&) { return {.body = ToText({{"status", "ok"}})}; }

Response ShowReady(ServerContext& context, const Request&) {
  return {.status = StatusOf(context), .body = ToText({{"status", NameOf(context)}})};
}

}  // namespace edgevlm
