#include "engine/write_prompt.h"

#include <string>

#include "engine/prompt_style.h"

namespace edgevlm {

Result<Prompt> WritePrompt(const Model& model, std::span<const Message> messages) {
  if (auto error = CheckMessages(messages)) return *error;
  Result<Prompt> prompt = model.style->Write(messages, model.tokenizer);
  if (!prompt) return prompt;
  const int most = model.info.context_tokens - 1;
  if (prompt->rows() <= most) return prompt;
  return Error{ErrorCode::kTooLarge, "prompt: expected at most " + std::to_string(most) +
                                         " tokens, found " + std::to_string(prompt->rows())};
}

}  // namespace edgevlm
