#include "engine/prompt/arrange_messages.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace edgevlm {
namespace {

Message WithoutEmptyTexts(const Message& message) {
  Message kept = {.role = message.role, .parts = {}, .tools = message.tools};
  std::ranges::copy_if(message.parts, std::back_inserter(kept.parts), [](const Part& part) {
    return part.image != nullptr || !part.text.empty();
  });
  return kept;
}

void Join(Message message, Message& before) {
  const auto is_text = [](const Part& part) { return part.image == nullptr; };
  const bool meets_text = !before.parts.empty() && !message.parts.empty() &&
                          is_text(before.parts.back()) && is_text(message.parts.front());
  if (meets_text) before.parts.push_back({.text = "\n\n"});
  std::ranges::move(message.parts, std::back_inserter(before.parts));
}

}  // namespace

std::vector<Message> ArrangeMessages(std::span<const Message> messages, bool system_anywhere) {
  const auto stays = [&](const Message& message) {
    return system_anywhere || message.role != Role::kSystem;
  };
  std::vector<Message> arranged;
  const auto add = [&](const Message& message, bool may_be_empty) {
    Message kept = WithoutEmptyTexts(message);
    if (kept.parts.empty() && kept.tools.empty() && !may_be_empty) return;
    const bool joins = !arranged.empty() && arranged.back().role == kept.role &&
                       arranged.back().tools.empty() && kept.tools.empty();
    if (!joins) {
      arranged.push_back(std::move(kept));
    } else {
      Join(std::move(kept), arranged.back());
    }
  };
  for (const Message& message : messages) {
    if (!stays(message)) add(message, false);
  }
  const auto last = std::find_if(messages.rbegin(), messages.rend(), stays);
  for (const Message& message : messages) {
    if (!stays(message)) continue;
    const Role may_be_empty = &message == &*last ? Role::kUser : Role::kAssistant;
    add(message, message.role == may_be_empty);
  }
  return arranged;
}

}  // namespace edgevlm
