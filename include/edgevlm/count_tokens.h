// How many tokens a text or a request takes, before anything is computed.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "edgevlm/scheduler.h"

namespace edgevlm {

// The ids of a text (any bytes), without those of a chat template around it.
std::vector<int> TokenizeText(const Engine& engine, std::string_view text);

// The prompt of a conversation, its images included: their files' headers are read, nothing is
// decoded or encoded. Errors: as for Session::Chat, but for a prompt that is too long.
Result<int> CountPromptTokens(const Engine& engine, std::span<const RequestMessage> messages);
// The same for images that are encoded already. Cost: of tokenizing all the text.
Result<int> CountPromptTokens(const Engine& engine, std::span<const Message> messages);

}  // namespace edgevlm
