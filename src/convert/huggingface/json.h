// JSON files of a model's folder: parsing within limits, and checked access to entries.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

// Limits of JSON files, checked before a file is parsed.
struct JsonLimits {
  // The largest files are vocabularies, 10 to 35 MB.
  static constexpr std::uint64_t kFileBytes = std::uint64_t{64} << 20;
  static constexpr int kDepth = 64;
};

// where: prefix of error messages. Errors: kCorrupt (not JSON), kTooLarge (nested too deeply).
// Memory: up to 20 times the text.
Result<nlohmann::json> ParseJson(std::string_view text, const std::string& where);

// The contents of a file. Errors: those of MappedFile::Open, kTooLarge.
Result<std::string> ReadText(const std::string& path, std::uint64_t max_bytes);

// Reads and parses a file. Errors: those of ReadText and ParseJson; all name the path.
Result<nlohmann::json> ReadJson(const std::string& path);

// One JSON object, such as config.json, with checked access to entries by name. An entry that is
// null counts as absent. The first error sticks: read all entries, then check ok() once. After an
// error the getters return the least allowed value. Messages name the file and the entry:
// "tiny/config.json: 'hidden_size': expected an integer from 1 to 65536, found "wide"".
class JsonObject {
 public:
  // where: the path of the file.
  JsonObject(nlohmann::json object, std::string where);

  // Errors: those of ReadJson, kCorrupt (not an object).
  static Result<JsonObject> Read(const std::string& path);
  // The same, but an empty object if there is no such file.
  static Result<JsonObject> ReadIfThere(const std::string& path);

  bool ok() const { return !failure_.has_value(); }
  const Error& error() const { return *failure_; }
  const std::string& where() const { return where_; }

  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // Null if absent.
  const nlohmann::json* Find(std::string_view name) const;
  // The entry `name` of the object `outer`.
  const nlohmann::json* Find(std::string_view outer, std::string_view name) const;
  // The first of the names that is present, else the first name.
  std::string_view OneOf(std::initializer_list<std::string_view> names) const;

  // An absent entry is an error unless there is a fallback.
  int Int(std::string_view name, int min, int max, std::optional<int> fallback = {});
  double Number(std::string_view name, double min, double max, std::optional<double> fallback = {});
  bool Bool(std::string_view name, bool fallback);
  std::string String(std::string_view name, std::optional<std::string> fallback = {});
  std::vector<float> Numbers(std::string_view name, std::size_t count);

  // The entry `name`, an object; empty if absent.
  JsonObject Object(std::string_view name);
  // This object, with its entries overridden by those of the object `name`.
  JsonObject Under(std::string_view name);

  // Records the error kCorrupt, "where: 'name': expected ..., found ...".
  void Expect(std::string_view name, const std::string& expected);
  void Fail(Error error);

 private:
  nlohmann::json object_;
  std::string where_;
  MaybeError failure_;
};

}  // namespace edgevlm
