// Route: one endpoint.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "server/http/exchange.h"
#include "server/http/message.h"
#include "server/site.h"

namespace edgevlm {

struct Route {
  const char* method;
  std::string_view path;
  // What answers at once, or what answers when it has something to say; the other is null.
  Response (*respond)(Site& site, const Request& request) = nullptr;
  void (*start)(Site& site, Request request, std::shared_ptr<Exchange> exchange) = nullptr;
  bool takes_body = false;
  bool needs_key = true;
};

// All there are.
std::span<const Route> Routes();

}  // namespace edgevlm
