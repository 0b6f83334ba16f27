#include "eval/dataset.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace edgevlm {
namespace {

using nlohmann::json;

constexpr std::uintmax_t kMaxLabelBytes = 1u << 30;

Error Corrupt(const std::string& field, const std::string& expected) {
  return Error{ErrorCode::kCorrupt, field + ": expected " + expected};
}

// Reads a text field of `object` into `text`. An absent field leaves it unchanged, unless required.
MaybeError ReadText(const json& object, const char* field, bool required, std::string& text) {
  const auto found = object.find(field);
  if (found == object.end()) {
    if (required) return Corrupt(field, "a text, found nothing");
    return {};
  }
  if (!found->is_string()) return Corrupt(field, "a text");
  text = found->get<std::string>();
  if (required && text.empty()) return Corrupt(field, "a text, found an empty one");
  return {};
}

// Calls read(element) for each element of an array field, which may be absent.
template <class Read>
MaybeError ReadArray(const json& object, const char* field, const Read& read) {
  const auto found = object.find(field);
  if (found == object.end()) return {};
  if (!found->is_array()) return Corrupt(field, "an array");
  for (const json& element : *found) {
    if (auto error = read(element)) {
      return error->In(std::string(field));
    }
  }
  return {};
}

MaybeError ReadThing(const json& object, LabeledThing& thing) {
  if (!object.is_object()) return Corrupt("element", "an object");
  if (auto error = ReadText(object, "name", true, thing.name)) return error;
  if (auto error = ReadText(object, "colour", false, thing.color)) return error;
  if (auto error = ReadText(object, "reads", false, thing.reads)) return error;
  const auto count = object.find("count");
  if (count == object.end()) return {};
  if (!count->is_number_integer() || *count < 1 || *count > 1000) {
    return Corrupt("count", "an integer in 1..1000");
  }
  thing.count = count->get<int>();
  return {};
}

MaybeError ReadQuestion(const json& object, LabeledQuestion& question) {
  if (!object.is_object()) return Corrupt("element", "an object");
  question.kind = "other";
  if (auto error = ReadText(object, "kind", false, question.kind)) return error;
  if (auto error = ReadText(object, "question", true, question.question)) return error;
  return ReadText(object, "answer", true, question.answer);
}

bool LiesInside(const std::string& image) {
  const std::filesystem::path path(image);
  if (path.is_absolute()) return false;
  for (const auto& part : path) {
    if (part == "..") return false;
  }
  return true;
}

}  // namespace

Result<LabeledImage> ParseLabel(std::string_view line) {
  const json label = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!label.is_object()) return Corrupt("line", "a JSON object");
  LabeledImage labeled;
  if (auto error = ReadText(label, "image", true, labeled.image)) return *error;
  if (!LiesInside(labeled.image)) return Corrupt("image", "a file name inside the folder");
  auto error = ReadArray(label, "things", [&](const json& element) {
    return ReadThing(element, labeled.things.emplace_back());
  });
  if (error) return *error;
  error = ReadArray(label, "captions", [&](const json& element) -> MaybeError {
    if (!element.is_string()) return Corrupt("element", "a text");
    labeled.captions.push_back(element.get<std::string>());
    return {};
  });
  if (error) return *error;
  error = ReadArray(label, "questions", [&](const json& element) {
    return ReadQuestion(element, labeled.questions.emplace_back());
  });
  if (error) return *error;
  return labeled;
}

Result<Dataset> LoadDataset(const std::string& folder, int limit) {
  const std::string path = folder + "/labels.jsonl";
  std::error_code failure;
  const std::uintmax_t bytes = std::filesystem::file_size(path, failure);
  if (failure) return Error{ErrorCode::kNotFound, path + ": " + failure.message()};
  if (bytes > kMaxLabelBytes) {
    return Error{ErrorCode::kTooLarge, path + ": expected at most 1 GiB"};
  }
  std::ifstream file(path);
  Dataset dataset{folder, {}};
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (limit > 0 && static_cast<int>(dataset.images.size()) == limit) break;
    if (line.empty()) continue;
    auto labeled = ParseLabel(line);
    if (!labeled) {
      const Error& error = labeled.error();
      return error.In(path + ": line " + std::to_string(number));
    }
    dataset.images.push_back(*std::move(labeled));
  }
  if (dataset.images.empty()) {
    return Error{ErrorCode::kCorrupt, path + ": expected at least one image, found none"};
  }
  return dataset;
}

}  // namespace edgevlm
