// Reads the tools of a request, and which of them may or must be called.
#pragma once

#include "server/parse/fields.h"
#include "server/tools/tool.h"

namespace edgevlm {

// "tools", "tool_choice" and "parallel_tool_calls", in the form of any API:
//   tools        OpenAI's and Ollama's chat {"type": "function", "function": {"name",
//   "description",
//                "parameters"}}, OpenAI's responses {"type": "function", "name", ...}, Anthropic's
//                {"name", "description", "input_schema"}
//   tool_choice  "auto", "none", "required"; {"type": "auto" | "none" | "any" | "tool" | "function"
//   |
//                "allowed_tools"}, with the names of tools in each API's form
// A tool that may not be called is left out of the result, as if the request did not have it. A
// model that was trained without chat templates cannot be told about tools: they are rejected.
ToolUse ReadTools(Fields& fields, const ModelInfo& model, Problem& problem);

// "tool_calls" of a message of the assistant's: [{"id", "function": {"name", "arguments"}}]. The
// arguments are an object, or its JSON in a text.
std::vector<ToolCall> ReadCalls(Fields& message, Problem& problem);
// The arguments of a call. Missing ones are an empty object.
Json ReadArguments(Fields& call, const char* name);

}  // namespace edgevlm
