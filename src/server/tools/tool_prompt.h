// Writes tools, calls and their results into a conversation, in the form the model was trained on.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "edgevlm/scheduler.h"
#include "server/tools/tool.h"

namespace edgevlm {

// Adds the definitions: to the system text (a new one where there is none, which begins with
// `default_system`), or, with ToolForm::kBareJson, to the first message of the user's.
void AddTools(const ToolUse& use, const std::string& default_system,
              std::vector<RequestMessage>& messages);

// A conversation while it is read: messages, calls of tools, and what they returned.
class ToolConversation {
 public:
  explicit ToolConversation(ToolForm form, std::vector<RequestMessage> before = {})
      : form_(form), messages_(std::move(before)) {}

  void Add(RequestMessage message) {
    messages_.push_back(std::move(message));
    ends_in_result_ = false;
  }
  // Calls that the assistant made: part of its last message, or a message of their own.
  void AddCalls(std::span<const ToolCall> calls);
  // What a call returned: texts and images. Results that follow each other share a turn where the
  // form has none for each.
  void AddResult(std::vector<RequestPart> parts);

  std::size_t size() const { return messages_.size(); }
  std::vector<RequestMessage> Move() { return std::move(messages_); }

 private:
  const ToolForm form_;
  std::vector<RequestMessage> messages_;
  bool ends_in_result_ = false;
};

// JSON as Python writes it, which is what models were trained on: with a space after ':' and ','.
std::string ToSpacedText(const Json& value);

}  // namespace edgevlm
