// Grammars of JSON: for any object, or for a JSON schema.
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

// Every text that the grammar accepts is JSON that fits the schema, but not every value that fits
// is accepted. Properties are in the order of the schema (for allOf: of the first schema that names
// them), followed by those of additionalProperties, if it is present or no properties are named.
// Numbers with bounds have no exponent. No value may fit two schemas of one oneOf. docs/server.md
// lists the keywords. Annotations (title, default, ...) are ignored; unknown keywords are errors,
// since they would not be enforced. Errors: kUnsupported, kInvalid (also if no value fits),
// kTooLarge; the message names the path in the schema.
Result<std::shared_ptr<const Grammar>> SchemaGrammar(const Json& schema);

}  // namespace edgevlm
