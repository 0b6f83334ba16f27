#include "server/parse/json.h"

#include <set>
#include <vector>

namespace edgevlm {
namespace {

struct Extent {
  int depth = 0;
  std::size_t values = 0;
  std::size_t names = 0;  // of the largest object
};

// Counts brackets and commas outside of strings.
class ExtentCounter {
 public:
  bool is_too_deep() const { return extent_.depth > kMaxJsonDepth; }
  const Extent& extent() const { return extent_; }

  void Count(char c) {
    if (c == '{' || c == '[') {
      open_.push_back({.is_object = c == '{', .commas = 0});
      extent_.depth = std::max(extent_.depth, static_cast<int>(open_.size()));
      ++extent_.values;
    } else if (c == ',') {
      ++extent_.values;
      CountMember();
    } else if ((c == '}' || c == ']') && !open_.empty()) {
      open_.pop_back();
    }
  }

 private:
  struct Open {
    bool is_object;
    std::size_t commas;
  };

  void CountMember() {
    if (open_.empty()) return;
    const std::size_t members = ++open_.back().commas + 1;
    if (open_.back().is_object) extent_.names = std::max(extent_.names, members);
  }

  Extent extent_;
  std::vector<Open> open_;
};

// For texts that are not JSON, an upper bound. Stops when the nesting is too deep.
Extent ExtentOf(std::string_view text) {
  ExtentCounter counter;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size() && !counter.is_too_deep(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else {
      counter.Count(c);
    }
  }
  return counter.extent();
}

// Finds duplicate names in an object: parsers disagree on which of them counts.
class DuplicateNames {
 public:
  bool operator()(int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) names_.emplace_back();
    if (event == Json::parse_event_t::object_end) names_.pop_back();
    if (event == Json::parse_event_t::key && first_.empty()) {
      const std::string& name = parsed.get_ref<const std::string&>();
      if (!names_.back().insert(name).second) first_ = name;
    }
    return true;
  }

  const std::string& first() const { return first_; }

 private:
  std::vector<std::set<std::string>> names_;
  std::string first_;
};

}  // namespace

Result<Json> ParseJson(std::string_view text) {
  const Extent extent = ExtentOf(text);
  if (extent.depth > kMaxJsonDepth) {
    return Error{ErrorCode::kTooLarge,
                 "JSON: expected at most " + std::to_string(kMaxJsonDepth) + " levels, found more"};
  }
  if (extent.values > kMaxJsonValues) {
    return Error{ErrorCode::kTooLarge, "JSON: expected at most " + std::to_string(kMaxJsonValues) +
                                           " values, found more"};
  }
  if (extent.names > kMaxJsonNames) {
    return Error{ErrorCode::kTooLarge, "JSON: expected at most " + std::to_string(kMaxJsonNames) +
                                           " names in an object, found more"};
  }
  DuplicateNames names;
  Json value = Json::parse(text, std::ref(names), /*allow_exceptions=*/false);
  if (value.is_discarded()) {
    return Error{ErrorCode::kInvalid, "expected JSON, found something else"};
  }
  if (!names.first().empty()) {
    return Error{ErrorCode::kInvalid, "JSON: duplicate name in an object"};
  }
  return value;
}

std::string ToText(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace edgevlm
