// What a chat template can be given besides the texts and images of a conversation.
#pragma once

#include <string>

namespace edgevlm {

// JSON, of a request. Models whose files have no template that can be run ignore it.
struct TemplateInputs {
  std::string tools = {};      // a list of definitions, as in OpenAI's API; empty: none
  std::string variables = {};  // an object of variables, such as enable_thinking; empty: none

  bool empty() const { return tools.empty() && variables.empty(); }
};

// Of a message: the assistant's calls of tools, or what a tool returned.
struct MessageTools {
  std::string calls = {};    // JSON: a list of calls, as in OpenAI's API; empty: none
  std::string call_id = {};  // of a result: of the call that it belongs to; or empty
  std::string name = {};     // of a result: the tool's; or empty

  bool empty() const { return calls.empty() && call_id.empty() && name.empty(); }
};

}  // namespace edgevlm
