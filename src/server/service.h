// Service: from connections to endpoints. Checks who asks, finds the endpoint, counts.
#pragma once

#include "server/http/server.h"
#include "server/site.h"

namespace edgevlm {

class Service final : public HttpService {
 public:
  explicit Service(Site& site) : site_(site) {}

  std::variant<BodyLimit, MessageLimit, Response> Admit(const Request& head) override;
  void Handle(Request request, std::shared_ptr<Exchange> exchange) override;
  void HandleMessage(const Request& head, std::string message,
                     std::shared_ptr<Exchange> exchange) override;
  Response Refusal(std::string_view path, int status, const std::string& reason) override;

 private:
  Site& site_;
};

}  // namespace edgevlm
