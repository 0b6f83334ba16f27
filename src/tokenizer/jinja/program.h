// Program: a chat template as model files carry it, a program in a subset of Jinja 3.
//
// What published templates use is there: statements for, if, set, macro, filter, generation, break
// and continue; expressions with slices, choices, filters, tests and methods (filters.h,
// methods.h); namespace, range, raise_exception and strftime_now. ASCII letters alone have an upper
// and a lower case. As in the sandbox that model publishers test with, lists and dicts cannot be
// changed.
#pragma once

#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "tokenizer/jinja/run.h"
#include "tokenizer/jinja/text.h"
#include "tokenizer/jinja/value.h"

namespace edgevlm::jinja {

using Variables = std::vector<std::pair<std::string, Value>>;

struct RunOptions {
  Limits limits = {};
  // For strftime_now, in the local time zone. 0: strftime_now is not defined.
  std::time_t now = 0;
};

// Threads: const methods from any number of threads.
class Program {
 public:
  // Errors: those of ParseProgram (parser.h).
  static Result<Program> Parse(std::string_view text);

  // What the program writes. Cost: O(steps), within the limits. Errors: kInvalid (raise_exception,
  // with its message; operands that do not fit), kTooLarge (a limit), kUnsupported (an unknown
  // filter or test); with the line.
  Result<Text> Write(const Variables& variables, const RunOptions& options = {}) const;

 private:
  explicit Program(std::shared_ptr<const std::vector<Statement>> statements)
      : statements_(std::move(statements)) {}

  std::shared_ptr<const std::vector<Statement>> statements_;
};

}  // namespace edgevlm::jinja
