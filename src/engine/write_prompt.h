// From messages to the prompt of a model. For engine/ only.
#pragma once

#include <span>

#include "engine/model.h"
#include "engine/prompt.h"

namespace edgevlm {

// A prompt that leaves room for a reply. REQUIRES: the messages' pictures are of this model.
// Errors: those of CheckMessages and PromptStyle::Write; kTooLarge (the context is full).
Result<Prompt> WritePrompt(const Model& model, std::span<const Message> messages);

}  // namespace edgevlm
