// HttpResponseWriter: an Exchange over a Connection. For server/http/ only.
#pragma once

#include <memory>

#include "server/http/connection.h"
#include "server/http/response_writer.h"

namespace edgevlm {

// Brings everything to the I/O thread.
class HttpResponseWriter final : public ResponseWriter {
 public:
  HttpResponseWriter(std::shared_ptr<Connection> connection, int id);
  ~HttpResponseWriter() override;  // a request without an answer gets one

  void Send(Response response) override;
  void Begin(Response head, std::string keep_alive_comment) override;
  void Write(std::string piece) override;
  void End() override;
  void WhenGone(std::function<void()> gone) override;

 private:
  const std::shared_ptr<Connection> connection_;
  const int id_;
};

}  // namespace edgevlm
