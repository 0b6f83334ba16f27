#include "measure/experiment/spec.h"

#include <charconv>
#include <functional>
#include <map>
#include <utility>

#include "config/yaml_file.h"
#include "eval/scores/scorer.h"
#include "measure/experiment/finding.h"
#include "measure/experiment/setup.h"
#include "measure/experiment/variables.h"
#include "measure/experiment/workload.h"

namespace edgevlm {
namespace {

constexpr int kMaxRepetitions = 10000;
constexpr int kMaxItems = 1 << 30;
constexpr double kMaxLimit = 1e12;

Error At(const Setting& setting, const Error& error) {
  return {ErrorCode::kInvalid, setting.where + ": " + setting.key + ": " + error.message};
}

MaybeError Unexpected(std::string_view expected, std::string_view found) {
  return Error{ErrorCode::kInvalid,
               std::string("expected ").append(expected).append(", found '").append(found) + "'"};
}

template <class Number>
MaybeError ReadNumber(const std::string& value, Number low, Number high, Number& number) {
  Number read{};
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, read);
  if (error != std::errc() || rest != end || !(read >= low && read <= high)) {
    return Unexpected("a number from " + std::to_string(low) + " to " + std::to_string(high),
                      value);
  }
  number = read;
  return {};
}

MaybeError CheckValue(const std::string& variable, const std::string& value) {
  const Result<const Variable*> found = FindVariable(variable);
  if (!found) return found.error();
  Setup nobodys;
  return (*found)->apply(value, nobodys);
}

// Fills a spec setting by setting.
class Reader {
 public:
  explicit Reader(Spec& spec)
      : spec_(spec),
        texts_{{"experiment.title", &spec.title},        {"experiment.workload", &spec.workload},
               {"experiment.data", &spec.data},          {"experiment.needs", &spec.needs},
               {"experiment.category", &spec.category},  {"claim.text", &spec.claim.text},
               {"claim.source", &spec.claim.source},     {"finding.judge", &spec.finding.judge},
               {"finding.metric", &spec.finding.metric}, {"finding.over", &spec.finding.over},
               {"finding.from", &spec.finding.from},     {"finding.to", &spec.finding.to}} {}

  MaybeError Read(const Setting& setting) {
    const std::size_t dot = setting.key.find('.');
    const std::string section = setting.key.substr(0, dot);
    const std::string variable = setting.key.substr(dot + 1);
    if (section == "vary") return AddAxis(variable, setting.values);
    if (setting.key == "experiment.scores") return AddScores(setting.values);
    if (setting.values.size() != 1) return Unexpected("one value", "a list");
    const std::string& value = setting.values.front();
    if (section == "fix") return AddFixed(variable, value);
    if (const auto text = texts_.find(setting.key); text != texts_.end()) {
      *text->second = value;
      return {};
    }
    return ReadNumbers(setting.key, value);
  }

 private:
  MaybeError ReadNumbers(const std::string& key, const std::string& value) {
    if (key == "experiment.repetitions") {
      return ReadNumber(value, 1, kMaxRepetitions, spec_.repetitions);
    }
    if (key == "experiment.items") return ReadNumber(value, 0, kMaxItems, spec_.items);
    if (key == "finding.low") return ReadNumber(value, -kMaxLimit, kMaxLimit, spec_.finding.low);
    if (key == "finding.high") return ReadNumber(value, -kMaxLimit, kMaxLimit, spec_.finding.high);
    return Error{ErrorCode::kInvalid, "expected a key of docs/experiments.md, found another"};
  }

  MaybeError AddScores(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (const auto scorer = MakeScorer(name); !scorer) return scorer.error();
      spec_.scores.push_back(name);
    }
    return {};
  }

  MaybeError AddAxis(const std::string& variable, const std::vector<std::string>& values) {
    for (const std::string& value : values) {
      if (auto error = CheckValue(variable, value)) return error;
    }
    spec_.vary.push_back({.variable = variable, .values = values});
    return {};
  }

  MaybeError AddFixed(const std::string& variable, const std::string& value) {
    if (auto error = CheckValue(variable, value)) return error;
    spec_.fix.emplace_back(variable, value);
    return {};
  }

  Spec& spec_;
  std::map<std::string_view, std::string*, std::less<>> texts_;
};

MaybeError CheckWhole(const Spec& spec) {
  const auto missing = [&](std::string_view key) {
    return Error{ErrorCode::kInvalid,
                 spec.name + ": " + std::string(key) + ": expected, not found"};
  };
  if (spec.workload.empty()) return missing("experiment.workload");
  if (spec.finding.judge.empty()) return missing("finding.judge");
  if (auto error = CheckWorkload(spec.workload)) {
    return error->In(spec.name + ": experiment.workload");
  }
  if (auto error = CheckJudge(spec.finding.judge)) {
    return error->In(spec.name + ": finding.judge");
  }
  double conditions = 1;
  for (const Axis& axis : spec.vary) {
    if (axis.values.empty()) return missing("vary." + axis.variable);
    conditions *= static_cast<double>(axis.values.size());
  }
  if (conditions > kMaxConditions) {
    return Error{ErrorCode::kInvalid, spec.name + ": vary: expected at most " +
                                          std::to_string(kMaxConditions) +
                                          " combinations, found more"};
  }
  return {};
}

}  // namespace

Result<Spec> ParseSpec(std::string_view text, const std::string& name) {
  const auto settings = ParseConfig(text, name);
  if (!settings) return settings.error();
  Spec spec;
  spec.name = name;
  spec.text = text;
  Reader reader(spec);
  for (const Setting& setting : *settings) {
    if (auto error = reader.Read(setting)) return At(setting, *error);
  }
  if (auto error = CheckWhole(spec)) return *error;
  return spec;
}

std::vector<Condition> ConditionsOf(const Spec& spec) {
  std::vector<Condition> conditions = {{}};
  for (const Axis& axis : spec.vary) {
    std::vector<Condition> more;
    for (const Condition& condition : conditions) {
      for (const std::string& value : axis.values) {
        more.push_back(condition);
        more.back().emplace_back(axis.variable, value);
      }
    }
    conditions = std::move(more);
  }
  return conditions;
}

Setup SetupOf(const Spec& spec, const Condition& condition, const EngineOptions& base) {
  Setup setup;
  setup.model.options = base;
  CHECK(!Apply(spec.fix, setup) && !Apply(condition, setup));  // ParseSpec has tried them
  return setup;
}

}  // namespace edgevlm
