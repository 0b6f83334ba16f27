#include <string>

#include "engine/prompt_style.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 20;

Error Invalid(std::size_t message, const std::string& what) {
  return {ErrorCode::kInvalid, "message " + std::to_string(message) + ": " + what};
}

bool SaysNothing(const Message& message) {
  for (const Part& part : message.parts) {
    if (part.image != nullptr || !part.text.empty()) return false;
  }
  return true;
}

}  // namespace

MaybeError CheckMessages(std::span<const Message> messages) {
  if (messages.empty()) {
    return Error{ErrorCode::kInvalid, "messages: expected at least one, found none"};
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Message& message = messages[i];
    if (message.role == Role::kSystem && i > 0) {
      return Invalid(i, "expected the system's message to be the first, found one after others");
    }
    for (const Part& part : message.parts) {
      if (!IsUtf8(part.text)) return Invalid(i, "expected UTF-8, found other bytes");
      if (part.image != nullptr && message.role != Role::kUser) {
        return Invalid(i, "expected pictures in the user's messages only, found one elsewhere");
      }
      bytes += part.text.size();
    }
    if (message.role == Role::kUser && SaysNothing(message)) {
      return Invalid(i, "expected words or a picture, found none");
    }
  }
  if (bytes > kMaxTextBytes) {
    return Error{ErrorCode::kTooLarge, "messages: expected at most " +
                                           std::to_string(kMaxTextBytes) +
                                           " bytes of text, found " + std::to_string(bytes)};
  }
  if (messages.back().role != Role::kUser) {
    return Invalid(messages.size() - 1, "expected the last one to be the user's");
  }
  return std::nullopt;
}

}  // namespace edgevlm
