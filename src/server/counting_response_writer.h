// CountingResponseWriter: forwards to another writer and reports status and duration to the
// metrics.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "server/http/response_writer.h"
#include "server/server_metrics.h"

namespace edgevlm {

class CountingResponseWriter final : public ResponseWriter {
 public:
  // endpoint: must outlive it. headers: added to the response.
  CountingResponseWriter(std::shared_ptr<ResponseWriter> writer, ServerMetrics& metrics,
                         std::string_view endpoint, std::map<std::string, std::string> headers);
  ~CountingResponseWriter() override;

  void Send(Response response) override;
  void StartStream(Response head, std::string keep_alive_comment) override;
  void Write(std::string piece) override;
  void EndStream() override;
  void OnDisconnect(std::function<void()> on_disconnect) override;

 private:
  void AddHeaders(Response& response) const;

  const std::shared_ptr<ResponseWriter> writer_;
  ServerMetrics& metrics_;
  const std::string_view endpoint_;
  const std::map<std::string, std::string> headers_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::atomic<int> status_;
};

}  // namespace edgevlm
