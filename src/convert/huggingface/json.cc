#include "convert/huggingface/json.h"

#include <cmath>
#include <filesystem>
#include <utility>

#include "base/mapped_file.h"
#include "convert/huggingface/limits.h"
#include "gguf/value.h"

namespace edgevlm {
namespace {

using nlohmann::json;

std::string Quote(const json* value) {
  if (value == nullptr) return "none";
  return Printable(value->dump(-1, ' ', true, json::error_handler_t::replace), kMaxQuotedValue);
}

std::string NumberText(double value) { return json(value).dump(); }

}  // namespace

Result<json> ParseJson(std::string_view text, const std::string& where) {
  bool is_too_deep = false;
  const auto guard = [&](int depth, json::parse_event_t, json&) {
    is_too_deep = is_too_deep || depth > JsonLimits::kDepth;
    return !is_too_deep;
  };
  json value = json::parse(text, guard, /*allow_exceptions=*/false);
  if (is_too_deep) {
    return Error{ErrorCode::kTooLarge, where + ": expected JSON of at most " +
                                           std::to_string(JsonLimits::kDepth) +
                                           " levels, found more"};
  }
  if (value.is_discarded()) {
    return Error{ErrorCode::kCorrupt, where + ": expected JSON, found something else"};
  }
  return value;
}

Result<std::string> ReadText(const std::string& path, std::uint64_t max_bytes) {
  const auto mapped = MappedFile::Open(path);
  if (!mapped) return mapped.error();
  const std::uint64_t bytes = mapped->bytes().size();
  if (bytes > max_bytes) {
    return Error{ErrorCode::kTooLarge, path + ": expected at most " + std::to_string(max_bytes) +
                                           " bytes, found " + std::to_string(bytes)};
  }
  return std::string(reinterpret_cast<const char*>(mapped->bytes().data()), mapped->bytes().size());
}

Result<json> ReadJson(const std::string& path) {
  const Result<std::string> text = ReadText(path, JsonLimits::kFileBytes);
  if (!text) return text.error();
  return ParseJson(*text, path);
}

JsonObject::JsonObject(json object, std::string where)
    : object_(std::move(object)), where_(std::move(where)) {
  if (!object_.is_object()) {
    Fail({ErrorCode::kCorrupt, where_ + ": expected a JSON object, found " + Quote(&object_)});
    object_ = json::object();
  }
}

Result<JsonObject> JsonObject::Read(const std::string& path) {
  Result<json> value = ReadJson(path);
  if (!value) return value.error();
  JsonObject object(*std::move(value), path);
  if (!object.ok()) return object.error();
  return object;
}

Result<JsonObject> JsonObject::ReadIfThere(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return JsonObject(json::object(), path);
  return Read(path);
}

const json* JsonObject::Find(std::string_view name) const {
  const auto found = object_.find(std::string(name));
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

const json* JsonObject::Find(std::string_view outer, std::string_view name) const {
  const json* object = Find(outer);
  if (object == nullptr || !object->is_object()) return nullptr;
  const auto found = object->find(std::string(name));
  return found == object->end() || found->is_null() ? nullptr : &*found;
}

std::string_view JsonObject::OneOf(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    if (Has(name)) return name;
  }
  return *names.begin();
}

int JsonObject::Int(std::string_view name, int min, int max, std::optional<int> fallback) {
  const json* value = Find(name);
  if (value == nullptr && fallback) return *fallback;
  const bool is_small = value != nullptr && value->is_number() &&
                        std::abs(value->get<double>()) <= 2147483647.0 &&
                        std::trunc(value->get<double>()) == value->get<double>();
  if (is_small) {
    const int number = static_cast<int>(value->get<double>());
    if (min <= number && number <= max) return number;
  }
  Expect(name, "an integer from " + std::to_string(min) + " to " + std::to_string(max));
  return min;
}

double JsonObject::Number(std::string_view name, double min, double max,
                          std::optional<double> fallback) {
  const json* value = Find(name);
  if (value == nullptr && fallback) return *fallback;
  if (value != nullptr && value->is_number()) {
    const double number = value->get<double>();
    if (min <= number && number <= max) return number;
  }
  Expect(name, "a number from " + NumberText(min) + " to " + NumberText(max));
  return min;
}

bool JsonObject::Bool(std::string_view name, bool fallback) {
  const json* value = Find(name);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  Expect(name, "true or false");
  return fallback;
}

std::string JsonObject::String(std::string_view name, std::optional<std::string> fallback) {
  const json* value = Find(name);
  if (value == nullptr && fallback) return *fallback;
  if (value != nullptr && value->is_string()) return value->get<std::string>();
  Expect(name, "a string");
  return "";
}

std::vector<float> JsonObject::Numbers(std::string_view name, std::size_t count) {
  const json* value = Find(name);
  std::vector<float> numbers;
  if (value != nullptr && value->is_array() && value->size() == count) {
    for (const json& number : *value) {
      if (number.is_number()) numbers.push_back(number.get<float>());
    }
  }
  if (numbers.size() != count) {
    Expect(name, std::to_string(count) + " numbers");
    numbers.assign(count, 0.0f);
  }
  return numbers;
}

JsonObject JsonObject::Object(std::string_view name) {
  const json* value = Find(name);
  if (value != nullptr && !value->is_object()) Expect(name, "an object");
  const bool is_object = value != nullptr && value->is_object();
  return {is_object ? *value : json::object(), where_};
}

JsonObject JsonObject::Under(std::string_view name) {
  JsonObject inner = Object(name);
  json merged = object_;
  merged.update(inner.object_);
  JsonObject under(std::move(merged), where_);
  if (!ok()) under.Fail(error());
  return under;
}

void JsonObject::Expect(std::string_view name, const std::string& expected) {
  Fail({ErrorCode::kCorrupt, where_ + ": '" + std::string(name) + "': expected " + expected +
                                 ", found " + Quote(Find(name))});
}

void JsonObject::Fail(Error error) {
  if (ok()) failure_ = std::move(error);
}

}  // namespace edgevlm
