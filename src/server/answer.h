// From a request that has been read to its reply: into the queue, and back in its dialect.
#pragma once

#include <memory>

#include "server/dialect.h"
#include "server/http/exchange.h"
#include "server/site.h"

namespace edgevlm {

// What a request asks for.
struct Ask {
  ReplyRequest request;
  std::shared_ptr<Dialect> dialect;
  Framing framing = Framing::kEvents;
  bool streams = false;
  bool shows_progress = false;
};

// Replies now or later. When the client goes, the work ends.
void Answer(Site& site, Ask ask, std::shared_ptr<Exchange> exchange);

}  // namespace edgevlm
