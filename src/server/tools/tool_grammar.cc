#include "server/tools/tool_grammar.h"

#include <string>
#include <utility>

#include "server/schema/schema_grammar.h"

namespace edgevlm {
namespace {

// References of a schema count from the request's root, but here it is a part of another one.
void MoveReferences(const std::string& root, Json& schema) {
  if (!schema.is_structured()) return;
  for (auto& [name, value] : schema.items()) {
    const bool is_reference = schema.is_object() && name == "$ref" && value.is_string();
    if (is_reference) {
      const std::string path = value.get<std::string>();
      if (path.starts_with('#')) value = root + path.substr(1);
    } else {
      MoveReferences(root, value);
    }
  }
}

// A schema of the JSON objects that are calls.
Json CallSchema(const ToolUse& use) {
  const char* arguments = use.form == ToolForm::kBareJson ? "parameters" : "arguments";
  Json schema = {{"$defs", Json::object()}, {"anyOf", Json::array()}};
  for (std::size_t i = 0; i < use.tools.size(); ++i) {
    const std::string name = "tool" + std::to_string(i);
    Json parameters = use.tools[i].parameters;
    MoveReferences("#/$defs/" + name, parameters);
    schema["$defs"][name] = std::move(parameters);
    schema["anyOf"].push_back(
        {{"type", "object"},
         {"properties",
          {{"name", {{"const", use.tools[i].name}}}, {arguments, {{"$ref", "#/$defs/" + name}}}}},
         {"required", {"name", arguments}},
         {"additionalProperties", false}});
  }
  return schema;
}

// A list of calls between the marks of the form.
std::shared_ptr<const Grammar> ListGrammar(const Grammar& object, const ToolUse& use) {
  const bool is_mistral = use.form == ToolForm::kMistral;
  GrammarBuilder builder;
  const int call = builder.Add(object);
  Grammar::Sequence list;
  builder.Append(is_mistral ? "[TOOL_CALLS][" : "<|tool_call_start|>[", list);
  list.push_back(GrammarBuilder::Rule(call));
  if (use.is_parallel) {
    const int more = builder.AddRule();
    builder.AddAlternative(more, {});
    Grammar::Sequence next;
    builder.Append(", ", next);
    next.push_back(GrammarBuilder::Rule(call));
    next.push_back(GrammarBuilder::Rule(more));
    builder.AddAlternative(more, std::move(next));
    list.push_back(GrammarBuilder::Rule(more));
  }
  builder.Append(is_mistral ? "]" : "]<|tool_call_end|>", list);
  builder.AddAlternative(0, std::move(list));
  return std::make_shared<const Grammar>(builder.Finish());
}

}  // namespace

Result<std::shared_ptr<const Grammar>> CallGrammar(const ToolUse& use) {
  const auto object = SchemaGrammar(CallSchema(use));
  if (!object) return object.error();
  if (use.form == ToolForm::kBareJson) return *object;  // these models make one call
  if (IsOfTemplate(use.form)) return ListGrammar(**object, use);
  GrammarBuilder builder;
  Grammar::Sequence call;
  builder.Append("<tool_call>\n", call);
  call.push_back(GrammarBuilder::Rule(builder.Add(**object)));
  builder.Append("\n</tool_call>", call);
  if (use.is_parallel) {
    const int more = builder.AddRule();
    builder.AddAlternative(more, {});
    Grammar::Sequence next;
    builder.Append("\n", next);
    next.push_back(GrammarBuilder::Rule(0));
    builder.AddAlternative(more, std::move(next));
    call.push_back(GrammarBuilder::Rule(more));
  }
  builder.AddAlternative(0, std::move(call));
  return std::make_shared<const Grammar>(builder.Finish());
}

std::shared_ptr<const Grammar> EitherGrammar(const Grammar& one, const Grammar& other) {
  GrammarBuilder builder;
  for (const Grammar* grammar : {&one, &other}) {
    builder.AddAlternative(0, {GrammarBuilder::Rule(builder.Add(*grammar))});
  }
  return std::make_shared<const Grammar>(builder.Finish());
}

}  // namespace edgevlm
