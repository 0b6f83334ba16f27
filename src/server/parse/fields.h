// Fields: reads the members of a request's JSON object and keeps the first problem.
//
//   Problem problem;
//   Fields fields(body, "", problem);
//   const int tokens = fields.Whole("max_tokens", {1, 4096}, 64);
//   if (problem) return Reject(*problem);
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/api_error.h"
#include "server/parse/json.h"

namespace edgevlm {

using Problem = std::optional<ApiError>;

// Inclusive.
template <class Number>
struct Range {
  Number min;
  Number max;
};

// A missing or null field yields the fallback. After the first problem every field does.
class Fields {
 public:
  // path: of the object in the request, for messages; empty for the body itself. `object` and
  // `problem` must outlive it. A value that is not an object is a problem.
  Fields(const Json& object, std::string path, Problem& problem);

  bool has(const char* name) const { return Find(name) != nullptr; }

  // An integer. 5.0 is one too, since many clients have only one type of number.
  std::int64_t Whole(const char* name, Range<std::int64_t> range, std::int64_t fallback);
  double Number(const char* name, Range<double> range, double fallback);
  bool Bool(const char* name, bool fallback);
  std::string Text(const char* name, std::string fallback);
  // A text, or a list of texts; at most `max`.
  std::vector<std::string> Texts(const char* name, std::size_t max);
  // Null if it is missing (or of another type).
  const Json* Any(const char* name) const { return Find(name); }
  const Json* List(const char* name);
  const Json* Object(const char* name);

  // Records a problem with a field, unless there already is one.
  void Reject(const char* name, const std::string& what, std::string code = {}, int status = 400);

  std::string PathOf(const char* name) const;

 private:
  const Json* Find(const char* name) const;

  const Json& object_;
  const std::string path_;
  Problem& problem_;
};

}  // namespace edgevlm
