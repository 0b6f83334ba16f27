// SchemaParts: everything that a value has to fit, out of schemas that refer to and hold others.
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
  // Objects of keywords, all of which hold. Those of allOf and $ref stand there themselves.
  std::vector<const Json*> parts = {};
  std::vector<Choice> choices = {};  // of one each holds
  JsonTypes types = {};
  bool is_never = false;  // `false` is among them: nothing fits
};

// A schema with all that it refers to.
class SchemaSource {
 public:
  // root must outlive it.
  explicit SchemaSource(const Json& root) : root_(root) {}

  // What a value has to fit that fits all of these. Where no type is demanded, the types are those
  // that the keywords are about: an object for "properties". path: for messages.
  // Errors: kUnsupported (a keyword that can not be kept to, by name), kInvalid, kTooLarge.
  Result<SchemaParts> PartsOf(const std::vector<const Json*>& schemas,
                              const std::string& path) const;

  // "#", "#/$defs/name" or any other path in it. Null for what is not there.
  const Json* Resolve(const std::string& reference) const;

 private:
  struct Walk;
  MaybeError Add(const Json& schema, Walk& walk, int depth) const;
  MaybeError AddReferred(const Json& schema, Walk& walk, int depth) const;

  const Json& root_;
};

// The types that "type" names; with "nullable", null too. Nothing for what it does not name.
std::optional<JsonTypes> TypesNamed(const Json& schema);

// What an object of keywords alone demands of an array's item, or of the property of a name. Null:
// nothing.
const Json* ItemSchema(const Json& schema, std::size_t index);
const Json* PropertySchema(const Json& schema, const std::string& name);

}  // namespace edgevlm
