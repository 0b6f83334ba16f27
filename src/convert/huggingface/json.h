// JSON of a model's folder: parsed, and read with checks.
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

// What JSON may be. Charged before anything is read of it.
struct JsonLimits {
  static constexpr std::uint64_t kFileBytes = 64
                                              << 20;  // vocabularies are the longest: 10 to 35 MB
  static constexpr int kDepth = 64;
};

// `where` begins the message. Errors: kCorrupt (not JSON), kTooLarge (too deep). Cost: memory of up
// to 20 times the text.
Result<nlohmann::json> ParseJson(std::string_view text, const std::string& where);

// The whole of a file. Errors: those of MappedFile::Open, kTooLarge.
Result<std::string> ReadText(const std::string& path, std::uint64_t most_bytes);

// The file's JSON. Errors: those of ReadText and ParseJson; all name the path.
Result<nlohmann::json> ReadJson(const std::string& path);

// One JSON object, such as config.json, whose entries are asked for by name. An entry that is null
// counts as absent. The first failure is kept: read all that is needed, then ask once. After a
// failure values are the least that was allowed. Messages name the file and the entry:
// "tiny/config.json: 'hidden_size': expected an integer from 1 to 65536, found "wide"".
class JsonObject {
 public:
  // where: the path of the file.
  JsonObject(nlohmann::json object, std::string where);

  // Errors: those of ReadJson, kCorrupt (not an object).
  static Result<JsonObject> Read(const std::string& path);
  // The same; an empty object where there is no such file.
  static Result<JsonObject> ReadIfThere(const std::string& path);

  bool ok() const { return !failure_.has_value(); }
  const Error& error() const { return *failure_; }
  const std::string& where() const { return where_; }

  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // Null: absent.
  const nlohmann::json* Find(std::string_view name) const;
  // The entry `name` of the object `outer`.
  const nlohmann::json* Find(std::string_view outer, std::string_view name) const;
  // The first of the names that is there, or else the first one.
  std::string_view OneOf(std::initializer_list<std::string_view> names) const;

  // Without a fallback, an absent entry is a failure.
  int Int(std::string_view name, int least, int most, std::optional<int> fallback = {});
  double Number(std::string_view name, double least, double most,
                std::optional<double> fallback = {});
  bool Bool(std::string_view name, bool fallback);
  std::string String(std::string_view name, std::optional<std::string> fallback = {});
  std::vector<float> Numbers(std::string_view name, std::size_t count);

  // The object that is the entry `name`; empty when absent.
  JsonObject Object(std::string_view name);
  // This object with the entries of the object `name` in place of its own.
  JsonObject Under(std::string_view name);

  // kCorrupt, "where: 'name': expected ..., found ...".
  void Expect(std::string_view name, const std::string& expected);
  void Fail(Error error);

 private:
  nlohmann::json object_;
  std::string where_;
  MaybeError failure_;
};

}  // namespace edgevlm
