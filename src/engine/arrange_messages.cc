#include "engine/arrange_messages.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace edgevlm {
namespace {

Message WithoutEmptyTexts(const Message& message) {
  Message kept = {.role = message.role, .parts = {}};
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
  std::vector<Message> arranged;
  const auto add = [&](const Message& message, bool may_be_empty) {
    Message kept = WithoutEmptyTexts(message);
    if (kept.parts.empty() && !may_be_empty) return;
    if (arranged.empty() || arranged.back().role != kept.role) {
      arranged.push_back(std::move(kept));
    } else {
      Join(std::move(kept), arranged.back());
    }
  };
  if (!system_anywhere) {
    for (const Message& message : messages) {
      if (message.role == Role::kSystem) add(message, false);
    }
  }
  for (const Message& message : messages) {
    if (message.role == Role::kSystem && !system_anywhere) continue;
    const bool is_last = &message == &messages.back();
    add(message, is_last ? message.role == Role::kUser : message.role == Role::kAssistant);
  }
  return arranged;
}

}  // namespace edgevlm
