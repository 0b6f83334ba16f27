#include "measure/experiment/sample.h"

#include <nlohmann/json.hpp>

namespace edgevlm {
namespace {

using Json = nlohmann::ordered_json;

Error Corrupt(const std::string& what) { return {ErrorCode::kCorrupt, what}; }

}  // namespace

std::string SampleLine(const ExperimentSample& sample) {
  Json json = {{"n", sample.index}, {"doc_id", sample.item}, {"round", sample.round}};
  json["condition"] = Json::object();
  for (const auto& [variable, value] : sample.condition) json["condition"][variable] = value;
  json["metrics"] = Json::object();
  for (const auto& [name, value] : sample.metrics) json["metrics"][name] = value;
  if (!sample.question.empty()) json["input"] = sample.question;
  if (!sample.answers.empty()) json["target"] = sample.answers;
  if (!sample.choices.empty()) json["choices"] = sample.choices;
  if (!sample.path.empty()) json["path"] = sample.path;
  if (sample.reply) json["resps"] = {*sample.reply};
  if (!sample.error.empty()) json["error"] = sample.error;
  // Items come from files of any encoding.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<ExperimentSample> ReadSampleLine(std::string_view line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Corrupt("expected a JSON object, found another text");
  ExperimentSample sample;
  try {
    sample.index = json.at("n").get<std::int64_t>();
    sample.item = json.at("doc_id").get<std::string>();
    sample.round = json.at("round").get<int>();
    for (const auto& [variable, value] : json.at("condition").items()) {
      sample.condition.emplace_back(variable, value.get<std::string>());
    }
    for (const auto& [name, value] : json.at("metrics").items()) {
      sample.metrics.emplace_back(name, value.get<double>());
    }
    sample.question = json.value("input", "");
    sample.answers = json.value("target", std::vector<std::string>());
    sample.choices = json.value("choices", std::vector<std::string>());
    sample.path = json.value("path", "");
    const auto replies = json.value("resps", std::vector<std::string>());
    if (!replies.empty()) sample.reply = replies.front();
    sample.error = json.value("error", "");
  } catch (const Json::exception& wrong) {
    return Corrupt(std::string("expected a sample, found another object: ") + wrong.what());
  }
  return sample;
}

}  // namespace edgevlm
