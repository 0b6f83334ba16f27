// Counts the tokens of a text or a request without running the model.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "edgevlm/scheduler.h"

namespace edgevlm {

// The token ids of a text (any bytes), without those of the chat template around it.
std::vector<int> TokenizeText(const Engine& engine, std::string_view text);

// The tokens of an image in a prompt, without text around it. Reads only the file's header. Errors:
// as for Session::SetImage.
Result<int> CountImageTokens(const Engine& engine, std::span<const std::byte> file);

// The prompt tokens of a conversation, images included. Reads only the headers of image files;
// decodes and encodes nothing. limits: of each image, as in ReplyRequest. Errors: as for
// Session::Chat, except for a prompt that is too long.
Result<int> CountPromptTokens(const Engine& engine, std::span<const RequestMessage> messages,
                              const ImageLimits& limits = {}, const TemplateInputs& inputs = {});
// The same for encoded images. Cost: tokenizes all text.
Result<int> CountPromptTokens(const Engine& engine, std::span<const Message> messages,
                              const TemplateInputs& inputs = {});

}  // namespace edgevlm
