#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "engine/prompt/prompt_style.h"

namespace edgevlm {
namespace {

std::string JoinTexts(const Message& message) {
  std::string text;
  for (const Part& part : message.parts) text += part.text;
  return text;
}

std::shared_ptr<const EncodedImage> ImageOf(const Message& message) {
  const auto last = std::ranges::find_if(message.parts.rbegin(), message.parts.rend(),
                                         [](const Part& part) { return part.image != nullptr; });
  return last == message.parts.rend() ? nullptr : last->image;
}

// The messages from the last image on, or all if there is none.
std::span<const Message> SinceLastImage(std::span<const Message> messages) {
  for (std::size_t i = messages.size(); i-- > 0;) {
    if (ImageOf(messages[i]) != nullptr) return messages.subspan(i);
  }
  return messages;
}

class QuestionStyle final : public PromptStyle {
 public:
  bool begins_with_image() const override { return true; }

  Result<Prompt> Write(std::span<const Message> messages, const Tokenizer& tokenizer,
                       const TemplateInputs& /*inputs*/) const override {
    Prompt prompt;
    const std::span<const Message> recent = SinceLastImage(messages);
    const std::shared_ptr<const EncodedImage> image = ImageOf(recent.front());
    if (image != nullptr) prompt.Add(image, 0, image->tokens);
    if (tokenizer.bos()) {
      const int bos = *tokenizer.bos();
      prompt.Add({&bos, 1});
    }
    std::string text;
    const Message& first = messages.front();
    if (first.role == Role::kSystem) text = JoinTexts(first);
    for (const Message& message : recent) AddMessage(message, &message == &recent.back(), text);
    if (messages.back().role == Role::kAssistant) prompt.EndInReply();
    prompt.Add(tokenizer.Encode(text));
    return prompt;
  }

 private:
  // A dialog is written as by the authors' demo: "Question: what? Answer: a dog. Question: ...".
  static void AddMessage(const Message& message, bool is_last, std::string& text) {
    const std::string added = JoinTexts(message);
    if (message.role == Role::kSystem || added.empty()) return;
    if (!text.empty()) text += ' ';
    if (message.role != Role::kAssistant) {
      text.append("Question: ").append(added).append(" Answer:");
      return;
    }
    text += added;
    if (!is_last && !added.ends_with('.')) text += '.';
  }
};

}  // namespace

std::unique_ptr<const PromptStyle> MakeQuestionStyle() {
  return std::make_unique<const QuestionStyle>();
}

}  // namespace edgevlm
