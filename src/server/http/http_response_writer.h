// HttpResponseWriter: a ResponseWriter for a Connection. For server/http/ only.
#pragma once

#include <memory>

#include "server/http/connection.h"
#include "server/http/response_writer.h"

namespace edgevlm {

// Posts every call to the I/O thread.
class HttpResponseWriter final : public ResponseWriter {
 public:
  HttpResponseWriter(std::shared_ptr<Connection> connection, int id);
  ~HttpResponseWriter() override;  // answers a request that was not answered

  void Send(Response response) override;
  void StartStream(Response head, std::string keep_alive_comment) override;
  void Write(std::string piece) override;
  void EndStream() override;
  void OnDisconnect(std::function<void()> on_disconnect) override;

 private:
  const std::shared_ptr<Connection> connection_;
  const int id_;
};

}  // namespace edgevlm
