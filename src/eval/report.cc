#include "eval/report.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace edgevlm {
namespace {

constexpr const char* kAll = "all";

std::string Percent(double share) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.1f %%", 100 * share);
  return text.data();
}

std::string Number(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

std::string Row(const std::string& name, const std::string& count, const std::string& seen,
                const std::string& blank) {
  std::array<char, 128> text;
  std::snprintf(text.data(), text.size(), "%-16.40s %7s %9s %9s", name.c_str(), count.c_str(),
                seen.c_str(), blank.c_str());
  std::string row = text.data();
  row.erase(row.find_last_not_of(' ') + 1);
  return row + "\n";
}

std::string QuestionRow(const std::string& kind, const QuestionScore& seen,
                        const QuestionScore* blank) {
  return Row(kind, std::to_string(seen.asked), Percent(seen.Accuracy()),
             blank == nullptr ? "" : Percent(blank->Accuracy()));
}

nlohmann::json QuestionJson(const QuestionScore& seen, const QuestionScore* blank) {
  nlohmann::json object = {{"n", seen.asked}, {"accuracy", seen.Accuracy()}};
  if (blank != nullptr) object["blank_accuracy"] = blank->Accuracy();
  return object;
}

void AddCaptionJson(const Score& score, const std::string& prefix, nlohmann::json& object) {
  object[prefix + "precision"] = score.facts.Precision();
  object[prefix + "recall"] = score.facts.Recall();
  object[prefix + "f1"] = score.facts.F1();
  object[prefix + "perplexity"] = score.likelihood.Perplexity();
}

// Calls show(name, seen, blank or null) for each kind of question, then for all together.
template <class Show>
void ForEachKind(const Evaluation& evaluation, const Show& show) {
  const auto& blank = evaluation.blank;
  for (const auto& [kind, seen] : evaluation.seen.questions) {
    show(kind, seen, blank ? &blank->questions.at(kind) : nullptr);
  }
  const QuestionScore blank_all = blank ? blank->AllQuestions() : QuestionScore{};
  show(kAll, evaluation.seen.AllQuestions(), blank ? &blank_all : nullptr);
}

}  // namespace

std::string ReportTable(const Evaluation& evaluation) {
  const Score& seen = evaluation.seen;
  const Score* blank = evaluation.blank ? &*evaluation.blank : nullptr;
  const std::string blank_title = blank == nullptr ? "" : "blank";
  std::string table = Row("questions", "n", "right", blank_title);
  ForEachKind(evaluation, [&](const std::string& kind, const QuestionScore& right,
                              const QuestionScore* blank_right) {
    table += QuestionRow(kind, right, blank_right);
  });
  const auto blank_percent = [&](double (FactScore::*figure)() const) {
    return blank == nullptr ? std::string() : Percent((blank->facts.*figure)());
  };
  table += "\n" + Row("captions", "n", "", blank_title);
  table += Row("facts precision", std::to_string(seen.facts.stated),
               Percent(seen.facts.Precision()), blank_percent(&FactScore::Precision));
  table += Row("facts recall", std::to_string(seen.facts.labeled), Percent(seen.facts.Recall()),
               blank_percent(&FactScore::Recall));
  table += Row("facts F1", "", Percent(seen.facts.F1()), blank_percent(&FactScore::F1));
  table += Row("perplexity", std::to_string(seen.likelihood.tokens),
               Number(seen.likelihood.Perplexity()),
               blank == nullptr ? "" : Number(blank->likelihood.Perplexity()));
  if (seen.depth.early == 0) return table;
  table += "\n" + Row("early exit", "n", "taken", "");
  table += Row("tokens", std::to_string(seen.depth.tokens), Percent(seen.depth.EarlyShare()), "");
  table += Row("blocks per token", "", Number(seen.depth.BlocksPerToken()), "");
  return table;
}

std::string ReportJson(const Evaluation& evaluation) {
  nlohmann::json report = {{"pictures", evaluation.images}};
  ForEachKind(evaluation,
              [&](const std::string& kind, const QuestionScore& seen, const QuestionScore* blank) {
                report["questions"][kind] = QuestionJson(seen, blank);
              });
  AddCaptionJson(evaluation.seen, "", report["captions"]);
  report["tokens"] = {{"n", evaluation.seen.depth.tokens},
                      {"early", evaluation.seen.depth.EarlyShare()},
                      {"blocks_per_token", evaluation.seen.depth.BlocksPerToken()}};
  if (evaluation.blank) AddCaptionJson(*evaluation.blank, "blank_", report["captions"]);
  return report.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace edgevlm
