#include "cli/schema_file.h"

namespace edgevlm {

Result<std::shared_ptr<const Grammar>> ReadSchemaFile(const std::string& path) {
  return Error{ErrorCode::kUnsupported,
               path + ": this build has no server, which is what reads schemas"};
}

}  // namespace edgevlm
