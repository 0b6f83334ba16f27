// Route: one endpoint of the API.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "server/http/message.h"
#include "server/http/response_writer.h"
#include "server/server_context.h"

namespace edgevlm {

struct Route {
  const char* method;
  std::string_view path;
  // One of the two is set: `respond` returns the response, `start` may write it later.
  Response (*respond)(ServerContext& context, const Request& request) = nullptr;
  void (*start)(ServerContext& context, Request request,
                std::shared_ptr<ResponseWriter> writer) = nullptr;
  bool takes_body = false;
  bool needs_key = true;
};

// All routes.
std::span<const Route> Routes();

}  // namespace edgevlm
