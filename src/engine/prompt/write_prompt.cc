#include "engine/prompt/write_prompt.h"

#include <string>
#include <vector>

#include "engine/prompt/arrange_messages.h"
#include "engine/prompt/prompt_style.h"

namespace edgevlm {

Result<Prompt> WriteArranged(const Model& model, std::span<const Message> messages,
                             const TemplateInputs& inputs) {
  Result<Prompt> prompt = model.style->Write(messages, model.tokenizer, inputs);
  if (prompt && model.decoder->shape().bidirectional_images) prompt->KeepImagesWhole();
  return prompt;
}

Result<Prompt> WriteConversation(const Model& model, std::span<const Message> messages,
                                 const TemplateInputs& inputs) {
  if (auto error = CheckMessages(messages)) return *error;
  const std::vector<Message> arranged = ArrangeMessages(messages, model.style->system_anywhere());
  if (arranged.back().parts.empty() && arranged.back().tools.empty()) {
    return Error{ErrorCode::kInvalid,
                 "messages: expected words or an image in the last one, found none"};
  }
  return WriteArranged(model, arranged, inputs);
}

Result<Prompt> WritePrompt(const Model& model, std::span<const Message> messages,
                           const TemplateInputs& inputs) {
  Result<Prompt> prompt = WriteConversation(model, messages, inputs);
  if (!prompt) return prompt;
  const int max_rows = model.info.context_tokens - 1;
  if (prompt->rows() <= max_rows) return prompt;
  return Error{ErrorCode::kTooLarge, "prompt: expected at most " + std::to_string(max_rows) +
                                         " tokens, found " + std::to_string(prompt->rows()) +
                                         " (-c, --context sets the context; the model's " +
                                         "own is " +
                                         std::to_string(model.info.trained_context_tokens) + ")"};
}

}  // namespace edgevlm
