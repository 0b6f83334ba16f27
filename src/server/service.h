// Service: checks access, dispatches requests to their endpoints, and counts them.
#pragma once

#include "server/http/server.h"
#include "server/server_context.h"

namespace edgevlm {

class Service final : public HttpService {
 public:
  explicit Service(ServerContext& context) : context_(context) {}

  std::variant<BodyLimit, MessageLimit, Response> Admit(const Request& head) override;
  void Handle(Request request, std::shared_ptr<ResponseWriter> writer) override;
  void HandleMessage(const Request& head, std::string message,
                     std::shared_ptr<ResponseWriter> writer) override;
  Response ErrorResponse(std::string_view path, int status, const std::string& reason) override;

 private:
  ServerContext& context_;
};

}  // namespace edgevlm
