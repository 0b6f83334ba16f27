#include "measure/experiment/predictions.h"

#include <vector>

#include "base/check.h"
#include "eval/datasets/csv.h"
#include "eval/datasets/manifest.h"

namespace edgevlm {
namespace {

std::string Row(const std::vector<std::string>& fields) {
  std::string row;
  AppendCsvRow(fields, row);
  return row;
}

}  // namespace

std::string PredictionsHeader(std::size_t choices) {
  std::vector<std::string> columns = {"index", "condition", "question"};
  for (std::size_t i = 0; i < choices; ++i) columns.push_back(ChoiceLetter(i));
  columns.insert(columns.end(), {"answer", "prediction", "image_path"});
  return Row(columns);
}

std::string PredictionLine(const ExperimentSample& sample, std::size_t choices) {
  CHECK(sample.reply.has_value());
  std::vector<std::string> fields = {sample.item, ConditionText(sample.condition), sample.question};
  for (std::size_t i = 0; i < choices; ++i) {
    fields.push_back(i < sample.choices.size() ? sample.choices[i] : "");
  }
  fields.push_back(sample.answers.empty() ? "" : sample.answers.front());
  fields.push_back(*sample.reply);
  fields.push_back(sample.path);
  return Row(fields);
}

}  // namespace edgevlm
