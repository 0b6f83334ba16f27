// Run: the limits of one run of a template program, and the error that ends it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "tokenizer/jinja/value.h"

namespace edgevlm::jinja {

// A program that loops or grows is stopped by them. Chat templates need a few thousand steps.
struct Limits {
  long long steps = 1'000'000;                       // expressions, statements and rounds of loops
  std::size_t made_bytes = std::size_t{64} << 20;    // texts and lists, all together
  std::size_t read_bytes = std::size_t{256} << 20;   // looked at by comparisons and searches
  std::size_t written_bytes = std::size_t{8} << 20;  // of the prompt
};

inline constexpr int kMaxValueDepth = 64;  // containers in containers
inline constexpr int kMaxMacroDepth = 24;  // macros that call macros

// After Fail nothing that is computed means anything, and all loops end.
class Run {
 public:
  explicit Run(const Limits& limits) : limits_(limits) {}

  // These count, and fail over the limit.
  void Step();
  void Make(std::size_t bytes);
  void Read(std::size_t bytes);
  void Write(std::size_t bytes);

  void set_line(int line) { line_ = line; }
  void Fail(const std::string& what) { Fail(ErrorCode::kInvalid, what); }
  void Fail(ErrorCode code, const std::string& what);
  bool failed() const { return error_.has_value(); }
  // REQUIRES: failed().
  const Error& error() const { return *error_; }

  // Values within the limits.
  Value Made(Text text);
  Value MadeList(std::vector<Value> items);
  Value MadeDict(std::vector<std::pair<Text, Value>> entries);

 private:
  const Limits limits_;
  long long steps_ = 0;
  std::size_t made_ = 0;
  std::size_t read_ = 0;
  std::size_t written_ = 0;
  int line_ = 1;
  std::optional<Error> error_;
};

// Of a call, filter or test.
struct Arguments {
  std::vector<Value> positional = {};
  std::vector<std::pair<std::string, Value>> named = {};

  // The one at this position or of this name; undefined if there is none.
  Value At(std::size_t index, std::string_view name = {}) const;
  bool HasNamed(std::string_view name) const;
};

}  // namespace edgevlm::jinja
