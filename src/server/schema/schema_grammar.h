// Grammars of JSON: any object, or what a JSON schema describes.
#pragma once

#include <memory>

#include "base/result.h"
#include "edgevlm/grammar.h"
#include "server/parse/json.h"
#include "server/schema/schema_parts.h"

namespace edgevlm {

inline constexpr int kMaxSchemaRules = 16384;
inline constexpr std::size_t kMaxSchemaTextBytes = std::size_t{64} << 10;  // of names and values
inline constexpr int kMaxCountedItems = 1024;                              // minItems
inline constexpr std::size_t kMaxListedValues = 4096;                      // of an enum

// Any JSON object.
std::shared_ptr<const Grammar> AnyJsonObject();

// Texts that are JSON and fit the schema: every text that the grammar gives does, but not every
// value that the schema allows is among them. Properties come in the order of the schema (of allOf:
// of the first that names them), then those that additionalProperties describes, where it is there
// or there are no others; numbers with bounds have no powers of ten; of oneOf no two schemas may
// fit one value; docs/server.md lists the keywords. Those that describe (title, default, ...) mean
// nothing; other ones are errors, since what they ask for would not hold. Errors: kUnsupported,
// kInvalid (nothing fits it, too), kTooLarge; the message names the place.
Result<std::shared_ptr<const Grammar>> SchemaGrammar(const Json& schema);

}  // namespace edgevlm
