#include <algorithm>
#include <string>

#include "engine/prompt/prompt_style.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 20;

Error Invalid(std::size_t message, const std::string& what) {
  return {ErrorCode::kInvalid, "message " + std::to_string(message) + ": " + what};
}

bool IsAsked(const Message& message) {
  return message.role == Role::kUser && std::ranges::any_of(message.parts, [](const Part& part) {
           return part.image != nullptr || !part.text.empty();
         });
}

}  // namespace

MaybeError CheckMessages(std::span<const Message> messages) {
  if (messages.empty()) {
    return Error{ErrorCode::kInvalid, "messages: expected at least one, found none"};
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Message& message = messages[i];
    for (const Part& part : message.parts) {
      if (!IsUtf8(part.text)) return Invalid(i, "expected UTF-8, found other bytes");
      if (part.image != nullptr && message.role != Role::kUser) {
        return Invalid(i, "expected images in the user's messages only, found one elsewhere");
      }
      bytes += part.text.size();
    }
  }
  if (bytes > kMaxTextBytes) {
    return Error{ErrorCode::kTooLarge, "messages: expected at most " +
                                           std::to_string(kMaxTextBytes) +
                                           " bytes of text, found " + std::to_string(bytes)};
  }
  if (std::ranges::none_of(messages, IsAsked)) {
    return Error{ErrorCode::kInvalid,
                 "messages: expected words or an image of the user's, found none"};
  }
  return std::nullopt;
}

}  // namespace edgevlm
