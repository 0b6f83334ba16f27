// SchemaParts: all constraints on one value, collected from schemas with references and allOf.
#pragma once

#include <bitset>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "server/parse/json.h"

namespace edgevlm {

inline constexpr int kMaxSchemaDepth = 32;

enum class JsonType { kNull, kBoolean, kInteger, kFraction, kString, kArray, kObject };
// "number" is kInteger and kFraction.
class JsonTypes {
 public:
  static JsonTypes All() {
    JsonTypes all;
    all.bits_.set();
    return all;
  }
  bool has(JsonType type) const { return bits_.test(static_cast<std::size_t>(type)); }
  bool all() const { return bits_.all(); }
  bool none() const { return bits_.none(); }
  void Add(JsonType type) { bits_.set(static_cast<std::size_t>(type)); }
  void KeepOnly(const JsonTypes& types) { bits_ &= types.bits_; }

 private:
  std::bitset<7> bits_;
};

struct SchemaParts {
  struct Choice {
    const Json* schemas;  // a list
    bool is_one_of;       // else any of
  };
  // Schema objects that must all hold, with those of allOf and $ref expanded.
  std::vector<const Json*> parts = {};
  std::vector<Choice> choices = {};  // one schema of each must hold
  JsonTypes types = {};
  bool is_never = false;  // one of them is `false`: no value fits
};

// A schema and everything it refers to.
class SchemaSource {
 public:
  // root must outlive it.
  explicit SchemaSource(const Json& root) : root_(root) {}

  // The parts of a value that fits all of these schemas. Without "type", the types are those that
  // the keywords apply to: an object for "properties". path: for messages. Errors: kUnsupported
  // (names a keyword that cannot be enforced), kInvalid, kTooLarge.
  Result<SchemaParts> PartsOf(const std::vector<const Json*>& schemas,
                              const std::string& path) const;

  // reference: "#", "#/$defs/name" or another path in the schema. Null if nothing is there.
  const Json* Resolve(const std::string& reference) const;

 private:
  struct Walk;
  MaybeError Add(const Json& schema, Walk& walk, int depth) const;
  MaybeError AddReferred(const Json& schema, Walk& walk, int depth) const;

  const Json& root_;
};

// The types that "type" names; with "nullable", null too. Nothing if the value is invalid.
std::optional<JsonTypes> TypesNamed(const Json& schema);

// The schema of an array's item, or of the property of a name, in one schema object. Null: none.
const Json* ItemSchema(const Json& schema, std::size_t index);
const Json* PropertySchema(const Json& schema, const std::string& name);

}  // namespace edgevlm
