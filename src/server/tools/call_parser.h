// ToolCallParser: finds the calls of tools in a reply while it is generated.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/tools/tool.h"

namespace edgevlm {

// The control tokens whose names a parser of this form must see in the reply
// (DecodeOptions::shown_tokens).
std::vector<std::string> ShownTokensOf(ToolForm form);

// Text that may begin a call is held back until it is known. What looks like a call but is none (of
// another form, or without a name) is text. Threads: one at a time. Cost: O(bytes of the reply).
class ToolCallParser {
 public:
  struct Output {
    std::string text = {};             // comes first
    std::vector<ToolCall> calls = {};  // without ids
  };

  // tools: must outlive it.
  ToolCallParser(ToolForm form, const std::vector<Tool>& tools);

  // Adds a piece of the reply.
  Output Add(std::string_view piece);
  // Ends the reply: what was held back. A call whose last mark is missing counts. Calls of the form
  // kMistral have none: they are the rest of the reply.
  Output Finish();

 private:
  void Advance(Output& output);
  bool FindOpener(Output& output);
  bool ReadTagged(Output& output);
  bool FindBareObject(Output& output);
  bool ReadBareObject(Output& output);
  void EmitText(std::size_t size, Output& output);
  // Nothing if it has none, or something else beside them.
  std::vector<ToolCall> ParseTagged(std::string_view body) const;
  std::vector<ToolCall> ParseMistral(std::string_view body) const;
  std::vector<ToolCall> ParseList(std::string_view body) const;
  std::optional<ToolCall> ParseObject(std::string_view body) const;
  static std::optional<ToolCall> CallOf(const Json& object);
  std::optional<ToolCall> ParseFunctionTags(std::string_view body) const;
  Json ValueOf(const std::string& tool, const std::string& parameter, std::string_view text) const;

  const ToolForm form_;
  const std::string_view open_;
  const std::string_view close_;  // empty: a call ends with the reply
  const std::vector<Tool>& tools_;
  std::string held_;          // not emitted yet
  bool is_inside_ = false;    // held_ begins with what opens a call
  bool is_text_ = false;      // kBareJson: the rest is text
  bool after_call_ = false;   // nothing but blanks since
  std::size_t searched_ = 0;  // bytes of held_ without what closes a call
  int depth_ = 0;             // of the object up to there, kBareJson
  bool is_in_string_ = false;
  bool is_escaped_ = false;
};

}  // namespace edgevlm
