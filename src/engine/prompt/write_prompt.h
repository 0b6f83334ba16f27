// Writes messages as the prompt of a model. For engine/ only.
#pragma once

#include <span>

#include "engine/load/model.h"
#include "engine/prompt/prompt.h"

namespace edgevlm {

// The prompt of arranged messages (PromptStyle::Write), for the model's decoder. Errors: as there.
Result<Prompt> WriteArranged(const Model& model, std::span<const Message> messages,
                             const TemplateInputs& inputs = {});

// The prompt of a conversation as clients send it (ArrangeMessages). REQUIRES: the messages' images
// are of this model. Errors: those of CheckMessages and PromptStyle::Write; kInvalid (an empty last
// message of the user's).
Result<Prompt> WriteConversation(const Model& model, std::span<const Message> messages,
                                 const TemplateInputs& inputs = {});

// The same, if it leaves capacity for a reply. Errors: also kTooLarge (the context is full).
Result<Prompt> WritePrompt(const Model& model, std::span<const Message> messages,
                           const TemplateInputs& inputs = {});

}  // namespace edgevlm
