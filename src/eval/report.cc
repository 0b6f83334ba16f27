#include "eval/report.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace edgevlm {
namespace {

constexpr const char* kAll = "all";

std::string Percent(double fraction) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.1f %%", 100 * fraction);
  return text.data();
}

std::string Number(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

std::string Row(const std::string& name, const std::string& count, const std::string& real,
                const std::string& blank) {
  std::array<char, 128> text;
  std::snprintf(text.data(), text.size(), "%-16.40s %7s %9s %9s", name.c_str(), count.c_str(),
                real.c_str(), blank.c_str());
  std::string row = text.data();
  row.erase(row.find_last_not_of(' ') + 1);
  return row + "\n";
}

std::string QuestionRow(const std::string& kind, const QuestionScore& real,
                        const QuestionScore* blank) {
  return Row(kind, std::to_string(real.asked), Percent(real.Accuracy()),
             blank == nullptr ? "" : Percent(blank->Accuracy()));
}

nlohmann::json QuestionJson(const QuestionScore& real, const QuestionScore* blank) {
  nlohmann::json object = {{"n", real.asked}, {"accuracy", real.Accuracy()}};
  if (blank != nullptr) object["blank_accuracy"] = blank->Accuracy();
  return object;
}

void AddCaptionJson(const Score& score, const std::string& prefix, nlohmann::json& object) {
  object[prefix + "precision"] = score.facts.Precision();
  object[prefix + "recall"] = score.facts.Recall();
  object[prefix + "f1"] = score.facts.F1();
  object[prefix + "names"] = score.names.Accuracy();
  object[prefix + "perplexity"] = score.likelihood.Perplexity();
}

// Calls visit(name, real, blank or null) for each kind of question, then for all together.
template <class Visit>
void ForEachKind(const Evaluation& evaluation, const Visit& visit) {
  const auto& blank = evaluation.blank;
  for (const auto& [kind, real] : evaluation.with_images.questions) {
    visit(kind, real, blank ? &blank->questions.at(kind) : nullptr);
  }
  const QuestionScore blank_all = blank ? blank->AllQuestions() : QuestionScore{};
  visit(kAll, evaluation.with_images.AllQuestions(), blank ? &blank_all : nullptr);
}

}  // namespace

std::string ReportTable(const Evaluation& evaluation) {
  const Score& real = evaluation.with_images;
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
  table += Row("facts precision", std::to_string(real.facts.stated),
               Percent(real.facts.Precision()), blank_percent(&FactScore::Precision));
  table += Row("facts recall", std::to_string(real.facts.labeled), Percent(real.facts.Recall()),
               blank_percent(&FactScore::Recall));
  table += Row("facts F1", "", Percent(real.facts.F1()), blank_percent(&FactScore::F1));
  table += Row("names stated", std::to_string(real.names.asked), Percent(real.names.Accuracy()),
               blank == nullptr ? "" : Percent(blank->names.Accuracy()));
  table += Row("perplexity", std::to_string(real.likelihood.tokens),
               Number(real.likelihood.Perplexity()),
               blank == nullptr ? "" : Number(blank->likelihood.Perplexity()));
  if (real.calibration.answers() > 0) {
    table += "\n" + Row("calibration", "n", "", "");
    table += Row("expected error", std::to_string(real.calibration.answers()),
                 Percent(real.calibration.Error()), "");
  }
  if (real.depth.early == 0) return table;
  table += "\n" + Row("early exit", "n", "taken", "");
  table +=
      Row("tokens", std::to_string(real.depth.tokens), Percent(real.depth.EarlyFraction()), "");
  table += Row("blocks per token", "", Number(real.depth.BlocksPerToken()), "");
  return table;
}

std::string ReportJson(const Evaluation& evaluation) {
  nlohmann::json report = {{"pictures", evaluation.images}};
  ForEachKind(evaluation,
              [&](const std::string& kind, const QuestionScore& real, const QuestionScore* blank) {
                report["questions"][kind] = QuestionJson(real, blank);
              });
  AddCaptionJson(evaluation.with_images, "", report["captions"]);
  report["tokens"] = {{"n", evaluation.with_images.depth.tokens},
                      {"early", evaluation.with_images.depth.EarlyFraction()},
                      {"blocks_per_token", evaluation.with_images.depth.BlocksPerToken()}};
  report["calibration"] = {{"n", evaluation.with_images.calibration.answers()},
                           {"bins", CalibrationScore::kBins},
                           {"error", evaluation.with_images.calibration.Error()}};
  if (evaluation.blank) AddCaptionJson(*evaluation.blank, "blank_", report["captions"]);
  return report.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace edgevlm
