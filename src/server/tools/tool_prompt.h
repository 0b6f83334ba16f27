// Writes tools, calls and their results into a conversation, in the form the model was trained on.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edgevlm/scheduler.h"
#include "server/tools/tool.h"

namespace edgevlm {

// Adds the definitions: to the system text (a new one where there is none, which begins with
// `default_system`), or, with ToolForm::kBareJson, to the first message of the user's; or to the
// inputs of the model's template (IsOfTemplate).
void AddTools(const ToolUse& use, const std::string& default_system, ReplyRequest& request);

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
  // form has none for each. call_id, name: of the call and its tool, if the request has them;
  // results without an id belong to the last calls, in order.
  void AddResult(std::vector<RequestPart> parts, const std::string& call_id = {},
                 const std::string& name = {});

  std::size_t size() const { return messages_.size(); }
  std::vector<RequestMessage> Move() { return std::move(messages_); }

 private:
  void AddStructured(std::span<const ToolCall> calls, RequestMessage& message);

  const ToolForm form_;
  std::vector<RequestMessage> messages_;
  bool ends_in_result_ = false;
  // Of calls for a template: all of them, and those without a result yet.
  std::size_t calls_ = 0;
  std::vector<std::pair<std::string, std::string>> open_calls_;  // ids and names
};

// An id of a call as templates want it: of 9 letters and digits. The same for the same id.
std::string TemplateCallId(std::string_view id);

// JSON as Python writes it, which is what models were trained on: with a space after ':' and ','.
std::string ToSpacedText(const Json& value);

}  // namespace edgevlm
