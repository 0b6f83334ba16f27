// PromptStyle: turns a conversation into a prompt.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edgevlm/edgevlm.h"
#include "engine/prompt/prompt.h"
#include "gguf/reader.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

// Threads: const methods from any number of threads.
class PromptStyle {
 public:
  virtual ~PromptStyle() = default;

  // Empty if it is not a chat template.
  virtual std::string_view name() const { return {}; }

  // As in ModelInfo.
  virtual std::string_view default_system() const { return {}; }
  virtual ToolForm tool_form() const { return ToolForm::kNone; }
  virtual std::string_view template_program() const { return {}; }
  virtual bool has_tool_template() const { return false; }

  // Whether prompts have at most one image, which comes first.
  virtual bool begins_with_image() const { return false; }

  // Whether the model was trained with an image in every prompt.
  virtual bool needs_image() const { return false; }

  // Whether system messages may follow others.
  virtual bool system_anywhere() const { return false; }

  // The relevant part of the conversation, up to where the reply begins; if the last message is the
  // assistant's, up to its end: the reply continues it.
  // REQUIRES: messages are arranged (arrange_messages.h), one is the user's, and the last one is
  // not empty; their images are of this model.
  // Errors: kInvalid, kUnsupported.
  virtual Result<Prompt> Write(std::span<const Message> messages, const Tokenizer& tokenizer,
                               const TemplateInputs& inputs) const = 0;

  // The tokens of a reply, as the model would generate it.
  virtual std::vector<int> ReplyTokens(std::string_view text, const Tokenizer& tokenizer) const {
    return tokenizer.Encode(text);
  }

  // Texts that end a reply, besides the tokenizer's end tokens.
  virtual std::span<const std::string> stops() const { return {}; }
};

// For models with task tokens (the built-in one): IMAGE <|caption|>, or IMAGE <|question|> question
// <|answer|>. Each message is independent, about the last image. Case, blanks, quotation marks and
// the final mark of a question make no difference (tokenizer/plain_question.h). Null if the
// tokenizer lacks these tokens.
std::unique_ptr<const PromptStyle> MakeTaskStyle(const Tokenizer& tokenizer);

// For models that were trained on images and text without a chat template (BLIP-2: Li et al. 2023):
// IMAGE bos, which is continued by a caption, or IMAGE bos "Question: question Answer:". A
// conversation is what was said since its last image; a system text comes before it.
std::unique_ptr<const PromptStyle> MakeQuestionStyle();

// For all others: the record of a chat template's family, by its name (options.chat_template). If
// that is empty, the file's own template; where it cannot be run, the record of its family, with a
// warning (options.on_warning). Errors: kUnsupported.
Result<std::unique_ptr<const PromptStyle>> MakeChatStyle(const GgufFile& file,
                                                         const Tokenizer& tokenizer,
                                                         const EngineOptions& options);

// Checks that these messages can be answered, in any order. Errors: kInvalid (none of the user's
// with text or an image, images in others, not UTF-8), kTooLarge (over 1 MiB of text).
MaybeError CheckMessages(std::span<const Message> messages);

}  // namespace edgevlm
