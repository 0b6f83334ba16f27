#include "server/tools/read_tools.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii.h"

namespace edgevlm {
namespace {

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxToolNameBytes && std::ranges::all_of(name, [](char c) {
    return IsAlphanumericAscii(c) || c == '_' || c == '-' || c == '.' || c == ':' || c == '/';
  });
}

class ToolReader {
 public:
  ToolReader(Fields& fields, Problem& problem) : fields_(fields), problem_(problem) {}

  ToolUse Read() {
    ToolUse use;
    const Json* choice = fields_.Any("tool_choice");
    if (choice != nullptr && *choice == "none") return use;
    const Json* list = fields_.List("tools");
    if (list == nullptr || list->empty()) {
      const bool is_open = choice == nullptr || *choice == "auto" || choice->empty();
      if (!is_open) fields_.Reject("tool_choice", "expected tools beside it, found none");
      return use;
    }
    if (list->size() > kMaxTools) {
      fields_.Reject("tools", "expected at most " + std::to_string(kMaxTools) + " tools");
      return use;
    }
    for (std::size_t i = 0; i < list->size() && !problem_; ++i) {
      use.tools.push_back(
          ReadTool((*list)[i], fields_.PathOf("tools") + "[" + std::to_string(i) + "]"));
    }
    use.is_parallel = fields_.Bool("parallel_tool_calls", true);
    if (!problem_) ReadChoice(use);
    return use;
  }

 private:
  Tool ReadTool(const Json& object, const std::string& where) {
    Fields outer(object, where, problem_);
    const std::string type = outer.Text("type", "function");
    if (type != "function" && type != "custom") {
      outer.Reject("type", "expected function: others are not supported", "unsupported");
      return {};
    }
    const Json* wrapped = outer.Object("function");
    Fields inner(wrapped != nullptr ? *wrapped : object,
                 wrapped != nullptr ? outer.PathOf("function") : where, problem_);
    Tool tool = {.name = inner.Text("name", ""),
                 .description = inner.Text("description", ""),
                 .parameters = {{"type", "object"}, {"properties", Json::object()}}};
    if (!IsName(tool.name)) {
      inner.Reject("name", "expected 1 to " + std::to_string(kMaxToolNameBytes) +
                               " letters, digits and _-.:/");
    } else if (!names_.insert(tool.name).second) {
      inner.Reject("name", "expected another name for each tool");
    }
    for (const char* name : {"parameters", "input_schema"}) {
      const Json* schema = inner.Object(name);
      if (schema != nullptr && !schema->empty()) tool.parameters = *schema;
    }
    return tool;
  }

  void ReadChoice(ToolUse& use) {
    const Json* choice = fields_.Any("tool_choice");
    if (choice == nullptr) return;
    if (choice->is_string()) return Apply(choice->get<std::string>(), use, "tool_choice", fields_);
    const Json* object = fields_.Object("tool_choice");
    if (object == nullptr) return;
    Fields inner(*object, fields_.PathOf("tool_choice"), problem_);
    if (inner.Bool("disable_parallel_tool_use", false)) use.is_parallel = false;
    const std::string type = inner.Text("type", "");
    if (type == "function" || type == "tool") {
      use.is_required = true;
      Keep({NameIn(*object, inner)}, use, inner, "name");
    } else if (type == "allowed_tools") {
      const Json* wrapped = inner.Object("allowed_tools");
      const Json& source = wrapped != nullptr ? *wrapped : *object;
      Fields allowed(source, wrapped != nullptr ? inner.PathOf("allowed_tools") : "tool_choice",
                     problem_);
      ReadAllowed(allowed, use);
    } else {
      Apply(type, use, "type", inner);
    }
  }

  // {"function": {"name"}} or {"name"}.
  std::string NameIn(const Json& object, Fields& fields) {
    const Json* wrapped = fields.Object("function");
    Fields inner(wrapped != nullptr ? *wrapped : object, fields.PathOf("function"), problem_);
    return inner.Text("name", "");
  }

  void ReadAllowed(Fields& allowed, ToolUse& use) {
    std::vector<std::string> names;
    const Json* list = allowed.List("tools");
    for (std::size_t i = 0; list != nullptr && i < list->size() && !problem_; ++i) {
      Fields entry((*list)[i], allowed.PathOf("tools") + "[" + std::to_string(i) + "]", problem_);
      names.push_back(NameIn((*list)[i], entry));
    }
    const std::string mode = allowed.Text("mode", "auto");
    Keep(names, use, allowed, "tools");
    if (!problem_) Apply(mode, use, "mode", allowed);
  }

  void Apply(const std::string& mode, ToolUse& use, const char* name, Fields& where) const {
    if (mode == "none") {
      use.tools.clear();
    } else if (mode == "required" || mode == "any") {
      use.is_required = true;
    } else if (mode != "auto") {
      where.Reject(name, "expected auto, none, required or the name of a tool");
    }
  }

  // Leaves these tools only.
  static void Keep(const std::vector<std::string>& names, ToolUse& use, Fields& where,
                   const char* field) {
    for (const std::string& name : names) {
      if (std::ranges::find(use.tools, name, &Tool::name) == use.tools.end()) {
        return where.Reject(field, "expected names in tools, found another one");
      }
    }
    std::erase_if(use.tools, [&](const Tool& tool) {
      return std::ranges::find(names, tool.name) == names.end();
    });
    if (use.tools.empty()) where.Reject(field, "expected the name of a tool, found none");
  }

  Fields& fields_;
  Problem& problem_;
  std::set<std::string> names_;
};

}  // namespace

ToolUse ReadTools(Fields& fields, const ModelInfo& model, Problem& problem) {
  ToolUse use = ToolReader(fields, problem).Read();
  use.form = model.tool_form;
  if (!use.tools.empty() && model.chat_template.empty()) {
    fields.Reject("tools", "not supported by this model, which has no chat template",
                  "unsupported");
  }
  return use;
}

Json ReadArguments(Fields& call, const char* name) {
  const Json* value = call.Any(name);
  if (value == nullptr || *value == "") return Json::object();
  if (value->is_object()) return *value;
  if (value->is_string()) {
    Result<Json> parsed = ParseJson(value->get_ref<const std::string&>());
    if (parsed && parsed->is_object()) return *std::move(parsed);
  }
  call.Reject(name, "expected an object as JSON");
  return Json::object();
}

std::vector<ToolCall> ReadCalls(Fields& message, Problem& problem) {
  std::vector<ToolCall> calls;
  const Json* list = message.List("tool_calls");
  if (list == nullptr) return calls;
  if (list->size() > kMaxTools) {
    message.Reject("tool_calls", "expected at most " + std::to_string(kMaxTools) + " calls");
    return calls;
  }
  for (std::size_t i = 0; i < list->size() && !problem; ++i) {
    Fields outer((*list)[i], message.PathOf("tool_calls") + "[" + std::to_string(i) + "]", problem);
    const Json* function = outer.Object("function");
    if (function == nullptr) {
      outer.Reject("function", "expected an object, found none");
      break;
    }
    Fields inner(*function, outer.PathOf("function"), problem);
    ToolCall call = {.id = outer.Text("id", ""), .name = inner.Text("name", ""), .arguments = {}};
    if (!IsName(call.name)) inner.Reject("name", "expected the name of a tool");
    call.arguments = ReadArguments(inner, "arguments");
    calls.push_back(std::move(call));
  }
  return calls;
}

}  // namespace edgevlm
