#include "server/tools/tool_prompt.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/ascii.h"

namespace edgevlm {
namespace {

// {"type": "function", "function": {...}}
Json DefinitionOf(const Tool& tool) {
  Json function = {{"name", tool.name}};
  if (!tool.description.empty()) function["description"] = tool.description;
  function["parameters"] = tool.parameters;
  return {{"type", "function"}, {"function", std::move(function)}};
}

// The texts below are what the templates of these families write.

std::string Listed(const ToolUse& use) {
  std::string text = "<tools>";
  for (const Tool& tool : use.tools) text += "\n" + ToSpacedText(DefinitionOf(tool));
  return text + "\n</tools>";
}

std::string HermesText(const ToolUse& use) {
  return "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
         "You are provided with function signatures within <tools></tools> XML tags:\n" +
         Listed(use) +
         "\n\nFor each function call, return a json object with function name and arguments within "
         "<tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, "
         "\"arguments\": <args-json-object>}\n</tool_call>";
}

std::string FunctionTagsText(const ToolUse& use) {
  return "# Tools\n\nYou have access to the following functions:\n\n" + Listed(use) +
         "\n\nIf you choose to call a function ONLY reply in the following format with NO suffix:"
         "\n\n<tool_call>\n<function=example_function_name>\n<parameter=example_parameter_1>\n"
         "value_1\n</parameter>\n</function>\n</tool_call>";
}

std::string BareJsonText(const ToolUse& use) {
  constexpr int kIndent = 4;
  std::string text =
      "Given the following functions, please respond with a JSON for a function call with its "
      "proper arguments that best answers the given prompt.\n\nRespond in the format {\"name\": "
      "function name, \"parameters\": dictionary of argument name and its value}.Do not use "
      "variables.\n\n";
  for (const Tool& tool : use.tools) {
    text += DefinitionOf(tool).dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n\n";
  }
  return text;
}

std::string FunctionTags(const ToolCall& call) {
  std::string text = "<tool_call>\n<function=" + call.name + ">\n";
  for (const auto& [name, value] : call.arguments.items()) {
    const std::string written = value.is_string() ? value.get<std::string>() : ToSpacedText(value);
    text += "<parameter=" + name + ">\n" + written + "\n</parameter>\n";
  }
  return text + "</function>\n</tool_call>";
}

std::string WriteCall(ToolForm form, const ToolCall& call) {
  if (form == ToolForm::kFunctionTags) return FunctionTags(call);
  if (form == ToolForm::kBareJson) {
    return ToSpacedText({{"name", call.name}, {"parameters", call.arguments}});
  }
  return "<tool_call>\n" + ToSpacedText({{"name", call.name}, {"arguments", call.arguments}}) +
         "\n</tool_call>";
}

std::string JoinTexts(const std::vector<RequestPart>& parts) {
  std::string text;
  for (const RequestPart& part : parts) text += part.text;
  return text;
}

void AppendSpaced(const Json& value, std::string& text) {
  if (!value.is_structured() || value.empty()) {
    text += ToText(value);
    return;
  }
  text += value.is_object() ? '{' : '[';
  bool is_first = true;
  for (const auto& [name, inner] : value.items()) {
    if (!std::exchange(is_first, false)) text += ", ";
    if (value.is_object()) text += ToText(Json(name)) + ": ";
    AppendSpaced(inner, text);
  }
  text += value.is_object() ? '}' : ']';
}

}  // namespace

std::string ToSpacedText(const Json& value) {
  std::string text;
  AppendSpaced(value, text);
  return text;
}

std::string TemplateCallId(std::string_view id) {
  constexpr std::size_t kLength = 9;
  std::string made;
  for (auto c = id.rbegin(); c != id.rend() && made.size() < kLength; ++c) {
    if (IsAlphanumericAscii(*c)) made += *c;
  }
  made.resize(kLength, '0');
  std::ranges::reverse(made);
  return made;
}

void AddTools(const ToolUse& use, const std::string& default_system, ReplyRequest& request) {
  std::vector<RequestMessage>& messages = request.messages;
  if (use.tools.empty()) return;
  if (IsOfTemplate(use.form)) {
    Json definitions = Json::array();
    for (const Tool& tool : use.tools) definitions.push_back(DefinitionOf(tool));
    request.template_inputs.tools = ToText(definitions);
    return;
  }
  if (use.form == ToolForm::kBareJson) {
    const auto first = std::ranges::find(messages, Role::kUser, &RequestMessage::role);
    if (first != messages.end()) {
      first->parts.insert(first->parts.begin(), RequestPart{.text = BareJsonText(use)});
    }
    return;
  }
  const std::string text =
      use.form == ToolForm::kFunctionTags ? FunctionTagsText(use) : HermesText(use);
  if (messages.empty() || messages.front().role != Role::kSystem) {
    messages.insert(messages.begin(), RequestMessage{.role = Role::kSystem, .parts = {}});
    if (!default_system.empty()) messages.front().parts.push_back({.text = default_system});
  }
  std::vector<RequestPart>& parts = messages.front().parts;
  parts.push_back({.text = (JoinTexts(parts).empty() ? "" : "\n\n") + text});
}

void ToolConversation::AddCalls(std::span<const ToolCall> calls) {
  if (calls.empty()) return;
  if (messages_.empty() || messages_.back().role != Role::kAssistant) {
    Add({.role = Role::kAssistant, .parts = {}});
  }
  if (IsOfTemplate(form_)) return AddStructured(calls, messages_.back());
  std::vector<RequestPart>& parts = messages_.back().parts;
  for (const ToolCall& call : calls) {
    const bool is_first = JoinTexts(parts).empty();
    parts.push_back({.text = (is_first ? "" : "\n") + WriteCall(form_, call)});
  }
}

void ToolConversation::AddStructured(std::span<const ToolCall> calls, RequestMessage& message) {
  Json list = Json::array();
  if (!message.tools.calls.empty()) {
    if (Result<Json> before = ParseJson(message.tools.calls)) list = *std::move(before);
  } else {
    open_calls_.clear();
  }
  for (const ToolCall& call : calls) {
    ++calls_;
    const std::string id =
        TemplateCallId(call.id.empty() ? "call" + std::to_string(calls_) : call.id);
    open_calls_.emplace_back(id, call.name);
    list.push_back({{"id", id},
                    {"type", "function"},
                    {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
  }
  message.tools.calls = ToText(list);
}

void ToolConversation::AddResult(std::vector<RequestPart> parts, const std::string& call_id,
                                 const std::string& name) {
  if (IsOfTemplate(form_)) {
    MessageTools tools = {.calls = {}, .call_id = TemplateCallId(call_id), .name = name};
    auto open =
        std::ranges::find(open_calls_, tools.call_id, &std::pair<std::string, std::string>::first);
    if (call_id.empty()) open = open_calls_.begin();
    if (open != open_calls_.end()) {
      tools.call_id = open->first;
      if (tools.name.empty()) tools.name = open->second;
      open_calls_.erase(open);
    }
    return Add({.role = Role::kTool, .parts = std::move(parts), .tools = std::move(tools)});
  }
  if (form_ == ToolForm::kBareJson) {
    const std::string text = ToText(Json(JoinTexts(parts)));
    std::erase_if(parts, [](const RequestPart& part) { return !part.text.empty(); });
    parts.insert(parts.begin(), RequestPart{.text = text});
    return Add({.role = Role::kTool, .parts = std::move(parts)});
  }
  const bool joins = ends_in_result_;
  if (!joins) Add({.role = Role::kUser, .parts = {}});
  ends_in_result_ = true;
  std::vector<RequestPart>& turn = messages_.back().parts;
  turn.push_back({.text = joins ? "\n<tool_response>\n" : "<tool_response>\n"});
  std::ranges::move(parts, std::back_inserter(turn));
  turn.push_back({.text = "\n</tool_response>"});
}

}  // namespace edgevlm
