// ApiServer: serves a model over HTTP.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "edgevlm/edgevlm.h"
#include "server/options.h"

namespace edgevlm {

// Threads: any.
class ApiServer {
 public:
  // Accepts requests once it has returned. The engine must outlive it. Errors: as
  // HttpServer::Listen.
  static Result<std::unique_ptr<ApiServer>> Start(const Engine& engine,
                                                  const ServerOptions& options);
  // Cancels the requests under way.
  ~ApiServer();

  int port() const;

  // Applies to requests that start from now on.
  void SetRules(ServerRules rules);

  // Accepts no more work and waits until the requests under way have ended, for at most `time` and
  // only while is_urgent(), which is polled, returns false. Returns whether all have ended.
  bool Drain(std::chrono::milliseconds time, const std::function<bool()>& is_urgent);

  // One line of JSON with the current metrics, for a history file.
  std::string HistoryLine();

 private:
  struct State;
  explicit ApiServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace edgevlm
