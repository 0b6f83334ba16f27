// Reads JSON schemas named on the command line.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "edgevlm/edgevlm.h"

namespace edgevlm {

// The grammar of all JSON texts that fit the schema in a file (docs/server.md lists the keywords).
// Errors, which name the file: those of ReadInput, kInvalid, kTooLarge, kUnsupported (a keyword; or
// this build has no server, whose part this is).
Result<std::shared_ptr<const Grammar>> ReadSchemaFile(const std::string& path);

// The same for a schema that was read already. Errors name no file.
Result<std::shared_ptr<const Grammar>> ReadSchema(const std::string& text);

}  // namespace edgevlm
