// ApiServer: a model, served over HTTP.
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
  // Answers from the moment it returns. The engine must outlive it. Errors: as HttpServer::Listen.
  static Result<std::unique_ptr<ApiServer>> Start(const Engine& engine,
                                                  const ServerOptions& options);
  // Ends what is under way.
  ~ApiServer();

  int port() const;

  // From now on, for requests that begin.
  void SetRules(ServerRules rules);

  // Takes no more work, and waits until what is under way has ended, at most so long and until
  // is_urgent, which is asked all the time, says so. Returns whether it has.
  bool Drain(std::chrono::milliseconds time, const std::function<bool()>& is_urgent);

  // One JSON line of figures, for a history.
  std::string HistoryLine();

 private:
  struct State;
  explicit ApiServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace edgevlm
