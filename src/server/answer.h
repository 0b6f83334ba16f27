// From a request that has been read to its reply: into the queue, and back in its dialect.
#pragma once

#include <memory>

#include "server/api_format.h"
#include "server/http/response_writer.h"
#include "server/server_context.h"

namespace edgevlm {

// What a request asks for.
struct Ask {
  ReplyRequest request;
  std::shared_ptr<ApiFormat> api_format;
  Framing framing = Framing::kEvents;
  bool streams = false;
  bool shows_progress = false;
};

// Replies now or later. When the client goes, the work ends.
void Answer(ServerContext& context, Ask ask, std::shared_ptr<ResponseWriter> writer);

}  // namespace edgevlm
