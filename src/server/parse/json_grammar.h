// Grammars of JSON: any object, or what a JSON schema describes.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>

#include "base/result.h"
#include "edgevlm/grammar.h"

namespace edgevlm {

inline constexpr int kMaxSchemaRules = 4096;
inline constexpr int kMaxSchemaDepth = 32;
inline constexpr std::size_t kMaxSchemaTextBytes = std::size_t{64} << 10;  // of names and values
inline constexpr int kMaxCountedItems = 64;                                // minItems and maxItems

// Any JSON object.
std::shared_ptr<const Grammar> AnyJsonObject();

// Texts that are JSON and fit the schema. Known: type, properties, required, additionalProperties,
// items, minItems, maxItems, enum, const, anyOf, oneOf, $ref into $defs or definitions (recursive
// ones too). Properties come in the order of the schema. Words that describe (title, description,
// default, ...) mean nothing; other words are errors, since what they ask for would not hold.
// Errors: kUnsupported, kInvalid, kTooLarge; the message names the place.
Result<std::shared_ptr<const Grammar>> SchemaGrammar(const nlohmann::json& schema);

}  // namespace edgevlm
