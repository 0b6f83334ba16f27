#include "cli/schema_file.h"

namespace edgevlm {

Result<std::shared_ptr<const Grammar>> ReadSchemaFile(const std::string& path) {
  return Error{ErrorCode::kUnsupported, path + ": " + ReadSchema("").error().message};
}

Result<std::shared_ptr<const Grammar>> ReadSchema(const std::string&) {
  return Error{ErrorCode::kUnsupported, "this build has no server, which is what reads schemas"};
}

}  // namespace edgevlm
