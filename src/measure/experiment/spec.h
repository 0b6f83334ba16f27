// Spec: an experiment as a small YAML file says it: what varies, what is measured, how it is judged
// (docs/experiments.md describes the format).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "measure/experiment/condition.h"
#include "measure/experiment/setup.h"

namespace edgevlm {

struct Axis {
  std::string variable;
  std::vector<std::string> values;
};

// What was published, and by whom.
struct Claim {
  std::string text = {};
  std::string source = {};
};

// How the medians of all conditions become one sentence (finding.h). Which fields a judge reads is
// its own matter.
struct FindingRule {
  std::string judge = {};
  std::string metric = {};
  std::string over = {};  // the variable that is compared
  std::string from = {};  // two of its values
  std::string to = {};
  double low = 0;  // the claimed range, or a limit
  double high = 0;
};

struct Spec {
  std::string name = {};
  std::string text = {};  // of the file
  std::string title = {};
  std::string workload = {};  // what a sample does (workload.h)
  std::string data = {};  // the set that is made where no manifest is given; empty: none is read
  std::string category = {};  // of the rows of `data` to read; empty: all
  std::string needs = {};     // what this program lacks to run it; empty: nothing
  int repetitions = 5;
  int items = 0;  // of the manifest at most; 0: all
  std::vector<Axis> vary = {};
  Condition fix = {};                    // the same in all conditions
  std::vector<std::string> scores = {};  // of replies, as MakeScorer names them
  Claim claim = {};
  FindingRule finding = {};
};

// name: of the spec, for messages too. Errors: kCorrupt, kInvalid (an unknown key, variable,
// workload or judge; a value that its variable does not take; over kMaxConditions); messages start
// with "name:line: ".
inline constexpr int kMaxConditions = 10000;
Result<Spec> ParseSpec(std::string_view text, const std::string& name);

// All combinations of the values, those of the last axis next to each other; at least one.
std::vector<Condition> ConditionsOf(const Spec& spec);

// What such a condition and the fixed values ask for together, of an engine that has these options
// otherwise.
Setup SetupOf(const Spec& spec, const Condition& condition, const EngineOptions& base);

// The specs that come with the program, by name.
std::vector<Spec> BuiltinSpecs();

}  // namespace edgevlm
