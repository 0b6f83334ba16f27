#include "server/api_server.h"

#include <thread>
#include <utility>

#include "base/utc_time.h"
#include "metrics/system.h"
#include "server/api/ollama_api_format.h"
#include "server/http/server.h"
#include "server/parse/json.h"
#include "server/service.h"

namespace edgevlm {
namespace {

constexpr std::chrono::milliseconds kDrainPoll{10};

}  // namespace

struct ApiServer::State {
  State(const Engine& engine, const ServerOptions& options)
      : context(engine, options), service(context) {}

  // Replies end while the HTTP server can still send them.
  ~State() {
    if (http == nullptr) return;
    http->StopListening();
    context.Stop();
  }

  ServerContext context;
  Service service;
  std::unique_ptr<HttpServer> http;  // last: destroyed before the service that it calls
};

ApiServer::ApiServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
ApiServer::~ApiServer() = default;

Result<std::unique_ptr<ApiServer>> ApiServer::Start(const Engine& engine,
                                                    const ServerOptions& options) {
  auto state = std::make_unique<State>(engine, options);
  auto http = HttpServer::Listen(options.address, options.http, state->service);
  if (!http) return http.error();
  state->http = *std::move(http);
  return std::unique_ptr<ApiServer>(new ApiServer(std::move(state)));
}

int ApiServer::port() const { return state_->http->port(); }

void ApiServer::SetRules(ServerRules rules) { state_->context.SetRules(std::move(rules)); }

bool ApiServer::Drain(std::chrono::milliseconds time, const std::function<bool()>& is_urgent) {
  state_->context.Drain();
  state_->http->StopListening();
  const auto end = std::chrono::steady_clock::now() + time;
  while (state_->http->replies_under_way() > 0) {
    if (std::chrono::steady_clock::now() >= end || is_urgent()) return false;
    std::this_thread::sleep_for(kDrainPoll);
  }
  return true;
}

std::string ApiServer::HistoryLine() {
  ServerContext& context = state_->context;
  const ModelInfo& info = context.engine().info();
  context.metrics().SetQueue(context.scheduler().stats());
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return ToText({{"time", UtcTime(now.count())},
                 {"version", Version()},
                 {"device",
                  {{"instruction_set", info.instruction_set},
                   {"threads", info.threads},
                   {"cores", std::thread::hardware_concurrency()}}},
                 {"model", context.model_name()},
                 {"system", ToJson(ReadSystem())},
                 {"metrics", context.metrics().registry().Json()}});
}

}  // namespace edgevlm
