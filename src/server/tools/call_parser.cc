#include "server/tools/call_parser.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/tools/pythonic_calls.h"

namespace edgevlm {
namespace {

// What opens and closes calls, unless they are bare objects.
struct Marks {
  std::string_view open = "<tool_call>";
  std::string_view close = "</tool_call>";
};

constexpr std::string_view kMistralOpen = "[TOOL_CALLS]";
constexpr std::string_view kMistralArguments = "[ARGS]";
constexpr std::string_view kMistralId = "[CALL_ID]";
constexpr Marks kPythonicMarks = {"<|tool_call_start|>", "<|tool_call_end|>"};

constexpr Marks MarksOf(ToolForm form) {
  if (form == ToolForm::kMistral) return {kMistralOpen, {}};
  return form == ToolForm::kPythonic ? kPythonicMarks : Marks();
}

// Before a call without tags. Not in the reply's text if it is a control token of the vocabulary.
constexpr std::string_view kBareMark = "<|python_tag|>";
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

// The length of the longest end of a text that begins `mark`.
std::size_t BegunBytes(std::string_view text, std::string_view mark) {
  for (std::size_t n = std::min(text.size(), mark.size() - 1); n > 0; --n) {
    if (text.ends_with(mark.substr(0, n))) return n;
  }
  return 0;
}

// What stands between `before` and `after`; advances `text` past it. Nothing if they are missing.
std::optional<std::string_view> Between(std::string_view before, std::string_view after,
                                        std::string_view& text) {
  const std::size_t begin = text.find(before);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t end = text.find(after, begin + before.size());
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view between = text.substr(begin + before.size(), end - begin - before.size());
  text.remove_prefix(end + after.size());
  return between;
}

bool IsText(const Json& schema) {
  const auto type = schema.find("type");
  return type != schema.end() && *type == "string";
}

}  // namespace

std::vector<std::string> ShownTokensOf(ToolForm form) {
  if (form == ToolForm::kMistral) {
    return {std::string(kMistralOpen), std::string(kMistralArguments), std::string(kMistralId)};
  }
  if (form != ToolForm::kPythonic) return {};
  return {std::string(kPythonicMarks.open), std::string(kPythonicMarks.close)};
}

ToolCallParser::ToolCallParser(ToolForm form, const std::vector<Tool>& tools)
    : form_(form), open_(MarksOf(form).open), close_(MarksOf(form).close), tools_(tools) {}

ToolCallParser::Output ToolCallParser::Add(std::string_view piece) {
  held_ += piece;
  Output output;
  Advance(output);
  return output;
}

ToolCallParser::Output ToolCallParser::Finish() {
  Output output;
  if (is_inside_ && form_ != ToolForm::kBareJson) {
    output.calls = ParseTagged(std::string_view(held_).substr(open_.size()));
    if (!output.calls.empty()) held_.clear();
  }
  // Blanks behind a call are not worth a text.
  if (after_call_ && Trim(held_).empty()) held_.clear();
  output.text += held_;
  held_.clear();
  return output;
}

void ToolCallParser::Advance(Output& output) {
  if (form_ == ToolForm::kBareJson) {
    while (is_inside_ ? ReadBareObject(output) : FindBareObject(output)) {
    }
  } else {
    while (is_inside_ ? ReadTagged(output) : FindOpener(output)) {
    }
  }
}

void ToolCallParser::EmitText(std::size_t size, Output& output) {
  const std::string_view text = std::string_view(held_).substr(0, size);
  // Between two calls there are blanks.
  if (!Trim(text).empty()) after_call_ = false;
  if (!after_call_) output.text += text;
  held_.erase(0, size);
}

// Emits the text before a call. Returns whether one begins.
bool ToolCallParser::FindOpener(Output& output) {
  const std::size_t at = held_.find(open_);
  if (at != std::string::npos) {
    EmitText(at, output);
    is_inside_ = true;
    searched_ = open_.size();
    return true;
  }
  std::size_t held = BegunBytes(held_, open_);
  // Blanks before a call that may follow belong to neither.
  const std::string_view rest = std::string_view(held_).substr(0, held_.size() - held);
  if (after_call_ && Trim(rest).empty()) held = held_.size();
  EmitText(held_.size() - held, output);
  return false;
}

// Reads the call up to a closing mark. A mark inside a text of its arguments does not end it.
bool ToolCallParser::ReadTagged(Output& output) {
  if (close_.empty()) return false;
  for (std::size_t at = held_.find(close_, searched_); at != std::string::npos;
       at = held_.find(close_, searched_)) {
    searched_ = at + close_.size();
    auto calls = ParseTagged(std::string_view(held_).substr(open_.size(), at - open_.size()));
    if (calls.empty()) continue;
    std::ranges::move(calls, std::back_inserter(output.calls));
    held_.erase(0, searched_);
    is_inside_ = false;
    after_call_ = true;
    return true;
  }
  searched_ = std::max(searched_, held_.size() - std::min(held_.size(), close_.size() - 1));
  return false;
}

// Calls of this form are the whole reply.
bool ToolCallParser::FindBareObject(Output& output) {
  std::size_t begin = held_.find_first_not_of(after_call_ ? " \t\r\n;" : kBlanks);
  if (!is_text_ && begin != std::string::npos) {
    const std::string_view rest = std::string_view(held_).substr(begin);
    if (kBareMark.starts_with(rest)) return false;
    if (rest.starts_with(kBareMark)) {
      begin = held_.find_first_not_of(kBlanks, begin + kBareMark.size());
    }
  }
  if (!is_text_ && begin == std::string::npos) return false;
  if (is_text_ || held_[begin] != '{') {
    is_text_ = true;
    EmitText(held_.size(), output);
    return false;
  }
  held_.erase(0, begin);
  is_inside_ = true;
  searched_ = 0;
  return true;
}

bool ToolCallParser::ReadBareObject(Output& output) {
  for (; searched_ < held_.size(); ++searched_) {
    const char c = held_[searched_];
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (is_in_string_) {
      is_escaped_ = c == '\\';
      is_in_string_ = c != '"';
    } else if (c == '"') {
      is_in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && --depth_ == 0) {
      break;
    }
  }
  if (searched_ == held_.size()) return false;
  const std::size_t size = searched_ + 1;
  auto call = ParseObject(std::string_view(held_).substr(0, size));
  const bool is_known = call && std::ranges::find(tools_, call->name, &Tool::name) != tools_.end();
  is_inside_ = false;
  searched_ = 0;
  if (!is_known) {
    is_text_ = true;
    return true;
  }
  output.calls.push_back(*std::move(call));
  held_.erase(0, size);
  after_call_ = true;
  return true;
}

std::vector<ToolCall> ToolCallParser::ParseTagged(std::string_view body) const {
  if (form_ == ToolForm::kMistral) return ParseMistral(body);
  if (form_ == ToolForm::kPythonic) {
    // Where a call is required, it is an object whatever the form (tool_grammar.h).
    std::vector<ToolCall> calls = ParseList(body);
    return calls.empty() ? ParsePythonicCalls(body).value_or(calls) : calls;
  }
  auto call = ParseObject(body);
  if (!call) call = ParseFunctionTags(body);
  return call ? std::vector<ToolCall>{*std::move(call)} : std::vector<ToolCall>();
}

// [{...}, {...}], or NAME[ARGS]{...} and more of them behind the opening mark again. An id may
// follow the name.
std::vector<ToolCall> ToolCallParser::ParseMistral(std::string_view body) const {
  std::vector<ToolCall> calls = ParseList(body);
  if (!calls.empty()) return calls;
  while (!body.empty() && calls.size() < kMaxTools) {
    const std::size_t end = std::min(body.find(kMistralOpen), body.size());
    const std::string_view one = body.substr(0, end);
    body.remove_prefix(std::min(end + kMistralOpen.size(), body.size()));
    const std::size_t arguments = one.find(kMistralArguments);
    if (arguments == std::string_view::npos) return {};
    const std::string_view name = Trim(one.substr(0, std::min(one.find(kMistralId), arguments)));
    Result<Json> value = ParseJson(Trim(one.substr(arguments + kMistralArguments.size())));
    if (name.empty() || !value || !value->is_object()) return {};
    calls.push_back({.id = {}, .name = std::string(name), .arguments = *std::move(value)});
  }
  return calls;
}

// A list of objects.
std::vector<ToolCall> ToolCallParser::ParseList(std::string_view body) const {
  const Result<Json> list = ParseJson(Trim(body));
  std::vector<ToolCall> calls;
  if (!list || !list->is_array() || list->size() > kMaxTools) return calls;
  for (const Json& object : *list) {
    auto call = CallOf(object);
    if (!call) return {};
    calls.push_back(*std::move(call));
  }
  return calls;
}

// {"name": ..., "arguments" or "parameters": {...}}; arguments as JSON in a text are taken too.
std::optional<ToolCall> ToolCallParser::ParseObject(std::string_view body) const {
  const Result<Json> object = ParseJson(Trim(body));
  return object ? CallOf(*object) : std::nullopt;
}

std::optional<ToolCall> ToolCallParser::CallOf(const Json& object) {
  if (!object.is_object()) return std::nullopt;
  const auto name = object.find("name");
  if (name == object.end() || !name->is_string() || *name == "") return std::nullopt;
  ToolCall call = {.id = {}, .name = name->get<std::string>(), .arguments = Json::object()};
  auto arguments = object.find("arguments");
  if (arguments == object.end()) arguments = object.find("parameters");
  if (arguments == object.end() || arguments->is_null()) return call;
  call.arguments = *arguments;
  if (arguments->is_string()) {
    Result<Json> inner = ParseJson(arguments->get_ref<const std::string&>());
    if (!inner) return std::nullopt;
    call.arguments = *std::move(inner);
  }
  if (!call.arguments.is_object()) return std::nullopt;
  return call;
}

// <function=NAME><parameter=NAME>\nVALUE\n</parameter></function>
std::optional<ToolCall> ToolCallParser::ParseFunctionTags(std::string_view body) const {
  std::string_view rest = body;
  const auto name = Between("<function=", ">", rest);
  if (!name || name->empty()) return std::nullopt;
  ToolCall call = {.id = {}, .name = std::string(*name), .arguments = Json::object()};
  while (const auto parameter = Between("<parameter=", ">", rest)) {
    const std::size_t end = rest.find("</parameter>");
    if (end == std::string_view::npos || call.arguments.size() == kMaxJsonNames) {
      return std::nullopt;
    }
    std::string_view value = rest.substr(0, end);
    rest.remove_prefix(end);
    if (value.starts_with('\n')) value.remove_prefix(1);
    if (value.ends_with('\n')) value.remove_suffix(1);
    const std::string key(*parameter);
    call.arguments[key] = ValueOf(call.name, key, value);
  }
  return call;
}

// Values are bare texts: the schema says of which type they are.
Json ToolCallParser::ValueOf(const std::string& tool, const std::string& parameter,
                             std::string_view text) const {
  const auto found = std::ranges::find(tools_, tool, &Tool::name);
  if (found != tools_.end() && found->parameters.contains("properties")) {
    const Json& properties = found->parameters["properties"];
    const auto schema = properties.find(parameter);
    if (properties.is_object() && schema != properties.end() && IsText(*schema)) {
      return std::string(text);
    }
  }
  const Result<Json> value = ParseJson(text);
  return value ? *value : Json(std::string(text));
}

}  // namespace edgevlm
