#include "server/parse/json.h"

#include <set>
#include <vector>

namespace edgevlm {
namespace {

using nlohmann::json;

struct Extent {
  int depth = 0;
  std::size_t values = 0;
};

// Counts brackets and commas outside of strings. An upper bound for texts that are not JSON.
Extent ExtentOf(std::string_view text) {
  Extent extent;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      extent.depth = std::max(extent.depth, ++depth);
      ++extent.values;
    } else if (c == ',') {
      ++extent.values;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return extent;
}

// Notices names that an object has twice: readers disagree on which of them counts.
class NamesTwice {
 public:
  bool operator()(int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) names_.emplace_back();
    if (event == json::parse_event_t::object_end) names_.pop_back();
    if (event == json::parse_event_t::key && twice_.empty()) {
      const std::string& name = parsed.get_ref<const std::string&>();
      if (!names_.back().insert(name).second) twice_ = name;
    }
    return true;
  }

  const std::string& twice() const { return twice_; }

 private:
  std::vector<std::set<std::string>> names_;
  std::string twice_;
};

}  // namespace

Result<json> ParseJson(std::string_view text) {
  const Extent extent = ExtentOf(text);
  if (extent.depth > kMaxJsonDepth) {
    return Error{ErrorCode::kTooLarge,
                 "JSON: expected at most " + std::to_string(kMaxJsonDepth) + " levels, found more"};
  }
  if (extent.values > kMaxJsonValues) {
    return Error{ErrorCode::kTooLarge, "JSON: expected at most " + std::to_string(kMaxJsonValues) +
                                           " values, found more"};
  }
  NamesTwice names;
  json value = json::parse(text, std::ref(names), /*allow_exceptions=*/false);
  if (value.is_discarded())
    return Error{ErrorCode::kInvalid, "expected JSON, found something else"};
  if (!names.twice().empty()) {
    return Error{ErrorCode::kInvalid, "JSON: a name stands twice in one object"};
  }
  return value;
}

std::string ToText(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace edgevlm
