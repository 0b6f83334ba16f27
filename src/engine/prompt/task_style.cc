#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/prompt/prompt_style.h"
#include "tokenizer/plain_question.h"

namespace edgevlm {
namespace {

// The one request that the model was trained on without a question mark.
constexpr std::string_view kRequest = "count ";

// A question in the form of the training data: plain words and a question mark. One without words
// is left as it is.
std::string AsLearned(const std::string& typed) {
  std::string question = PlainQuestion(typed);
  if (question.empty()) return typed;
  if (!question.starts_with(kRequest)) question += '?';
  return question;
}

class TaskStyle final : public PromptStyle {
 public:
  TaskStyle(int caption, int question, int answer)
      : caption_(caption), question_(question), answer_(answer) {}

  bool begins_with_image() const override { return true; }
  bool needs_image() const override { return true; }

  Result<Prompt> Write(std::span<const Message> messages, const Tokenizer& tokenizer,
                       const TemplateInputs& /*inputs*/) const override {
    Prompt prompt;
    const std::shared_ptr<const EncodedImage> image = LastImage(messages);
    if (image != nullptr) prompt.Add(image, 0, image->tokens);
    const Message& request =
        *std::ranges::find(messages.rbegin(), messages.rend(), Role::kUser, &Message::role);
    if (const std::string question = TextOf(request); question.empty()) {
      prompt.Add({&caption_, 1});
    } else {
      prompt.Add({&question_, 1});
      prompt.Add(ReplyTokens(AsLearned(question), tokenizer));
      prompt.Add({&answer_, 1});
    }
    if (messages.back().role == Role::kAssistant) {
      prompt.Add(ReplyTokens(TextOf(messages.back()), tokenizer));
      prompt.EndInReply();
    }
    return prompt;
  }

  // Training texts have a blank before their first word.
  std::vector<int> ReplyTokens(std::string_view text, const Tokenizer& tokenizer) const override {
    return tokenizer.Encode(std::string(" ").append(text));
  }

 private:
  static std::string TextOf(const Message& message) {
    std::string text;
    for (const Part& part : message.parts) text += part.text;
    return text;
  }

  static std::shared_ptr<const EncodedImage> LastImage(std::span<const Message> messages) {
    std::shared_ptr<const EncodedImage> last;
    for (const Message& message : messages) {
      for (const Part& part : message.parts) {
        if (part.image != nullptr) last = part.image;
      }
    }
    return last;
  }

  int caption_;
  int question_;
  int answer_;
};

}  // namespace

std::unique_ptr<const PromptStyle> MakeTaskStyle(const Tokenizer& tokenizer) {
  const std::optional<int> caption = tokenizer.Special("<|caption|>");
  const std::optional<int> question = tokenizer.Special("<|question|>");
  const std::optional<int> answer = tokenizer.Special("<|answer|>");
  if (!caption || !question || !answer) return nullptr;
  return std::make_unique<const TaskStyle>(*caption, *question, *answer);
}

}  // namespace edgevlm
