#include "cli/chat/forget_turns.h"

#include <algorithm>
#include <limits>

namespace edgevlm {
namespace {

bool IsOfUser(const Message& message) { return message.role == Role::kUser; }
bool HasSystemMessage(std::span<const Message> messages) {
  return messages.front().role == Role::kSystem;
}

std::vector<Part> ImagesOf(const Message& message) {
  std::vector<Part> images;
  for (const Part& part : message.parts) {
    if (part.image != nullptr) images.push_back(part);
  }
  return images;
}

bool ShowsImages(const Message& message) { return !ImagesOf(message).empty(); }

// The system's message and those from `first` on, which is the user's.
std::vector<Message> Rest(std::span<const Message> messages, std::size_t first,
                          bool carries_images) {
  std::vector<Message> rest;
  if (HasSystemMessage(messages)) rest.push_back(messages.front());
  const std::span<const Message> kept = messages.subspan(first);
  rest.insert(rest.end(), kept.begin(), kept.end());
  if (!carries_images || std::ranges::any_of(kept, ShowsImages)) return rest;
  const std::span<const Message> forgotten = messages.first(first);
  const auto last = std::find_if(forgotten.rbegin(), forgotten.rend(), ShowsImages);
  if (last == forgotten.rend()) return rest;
  std::vector<Part>& parts = rest[rest.size() - kept.size()].parts;
  const std::vector<Part> images = ImagesOf(*last);
  parts.insert(parts.begin(), images.begin(), images.end());
  return rest;
}

// The next message of the user's after `first`; the last one at the end.
std::size_t NextTurn(std::span<const Message> messages, std::size_t first) {
  const auto next = std::find_if(messages.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                                 messages.end() - 1, IsOfUser);
  return static_cast<std::size_t>(next - messages.begin());
}

Result<int> Count(std::span<const Message> messages, const CountTokens& count) {
  const Result<int> tokens = count(messages);
  if (tokens || tokens.error().code != ErrorCode::kTooLarge) return tokens;
  return std::numeric_limits<int>::max();
}

}  // namespace

Result<std::vector<Message>> ForgetOldTurns(std::span<const Message> messages,
                                            const RemainingContext& remaining,
                                            const CountTokens& count) {
  const Result<int> all = Count(messages, count);
  if (!all) return all.error();
  const std::size_t last = messages.size() - 1;
  bool carries_images = true;
  Result<int> min_tokens = Count(Rest(messages, last, carries_images), count);
  if (min_tokens && *min_tokens >= remaining.context_tokens) {
    carries_images = false;
    min_tokens = Count(Rest(messages, last, carries_images), count);
  }
  if (!min_tokens) return min_tokens.error();
  const int free = std::max(remaining.context_tokens - *min_tokens, 0);
  const int max_tokens = remaining.context_tokens - std::min(remaining.reply_tokens, free * 2 / 3);
  if (*all <= max_tokens) return std::vector<Message>(messages.begin(), messages.end());
  const int wanted = *min_tokens + std::max(max_tokens - *min_tokens, 0) / 2;
  std::size_t first = HasSystemMessage(messages) ? 1 : 0;
  while (first < last) {
    first = NextTurn(messages, first);
    std::vector<Message> rest = Rest(messages, first, carries_images);
    const Result<int> tokens = Count(rest, count);
    if (!tokens) return tokens.error();
    if (*tokens <= wanted) return rest;
  }
  return Rest(messages, last, carries_images);
}

}  // namespace edgevlm
