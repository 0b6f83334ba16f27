// Any bytes as a reply that may call tools, in every form, and as a request's tools: their
// definitions, prompt and grammar. A crash, a sanitizer's report, or a reply that is read
// differently in pieces is the bug.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "edgevlm/grammar.h"
#include "server/parse/json.h"
#include "server/tools/call_parser.h"
#include "server/tools/read_tools.h"
#include "server/tools/tool_grammar.h"
#include "server/tools/tool_prompt.h"

namespace {

using edgevlm::Json;
using edgevlm::ToolForm;

constexpr ToolForm kForms[] = {ToolForm::kHermes, ToolForm::kFunctionTags, ToolForm::kBareJson,
                               ToolForm::kMistral, ToolForm::kPythonic};

// What was read: the text, and the calls.
std::string Read(ToolForm form, const std::vector<edgevlm::Tool>& tools, std::string_view reply,
                 std::size_t piece_bytes) {
  edgevlm::ToolCallParser parser(form, tools);
  std::string text;
  std::string calls;
  const auto add = [&](const edgevlm::ToolCallParser::Output& output) {
    text += output.text;
    for (const edgevlm::ToolCall& call : output.calls) {
      CHECK(call.arguments.is_object());
      calls += "|" + call.name + edgevlm::ToText(call.arguments);
    }
  };
  for (std::size_t at = 0; at < reply.size(); at += piece_bytes) {
    add(parser.Add(reply.substr(at, piece_bytes)));
  }
  add(parser.Finish());
  return text + calls;
}

void ReadRequest(std::string_view text) {
  const edgevlm::Result<Json> body = edgevlm::ParseJson(text);
  if (!body) return;
  edgevlm::ModelInfo model;
  model.chat_template = "chatml";
  edgevlm::Problem problem;
  edgevlm::Fields fields(*body, "", problem);
  edgevlm::ToolUse use = edgevlm::ReadTools(fields, model, problem);
  edgevlm::ReadCalls(fields, problem);
  if (problem || use.tools.empty()) return;
  for (const ToolForm form : kForms) {
    use.form = form;
    edgevlm::ReplyRequest request = {.messages = {{.role = edgevlm::Role::kUser, .parts = {}}},
                                     .decode = {}};
    edgevlm::AddTools(use, "", request);
    const auto grammar = edgevlm::CallGrammar(use);
    if (grammar) CHECK(!edgevlm::BeginsWithItself(**grammar));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<edgevlm::Tool> tools;
  tools.push_back({.name = "f",
                   .description = {},
                   .parameters = {{"properties", {{"x", {{"type", "string"}}}}}}});
  for (const ToolForm form : kForms) {
    const std::string whole = Read(form, tools, text, std::max<std::size_t>(size, 1));
    CHECK(Read(form, tools, text, 1) == whole);
    CHECK(Read(form, tools, text, 7) == whole);
  }
  ReadRequest(text);
  return 0;
}
