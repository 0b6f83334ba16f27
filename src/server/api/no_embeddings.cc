// The endpoints for embeddings, which this server does not have.
#include "server/api/endpoints.h"

namespace edgevlm {

// 501, by which clients tell a missing feature from a wrong address.
Response RejectEmbeddings(ServerContext&, const Request& request) {
  return ErrorAt(request.path, {.status = 501,
                                .message = "embeddings: not supported by this server",
                                .code = "unsupported",
                                .type = "not_supported_error"});
}

}  // namespace edgevlm
