#include <string>
#include <utility>

#include "engine/prompt/prompt_style.h"
#include "gguf/names.h"
#include "tokenizer/chat_template.h"

namespace edgevlm {
namespace {

using Kind = PromptPiece::Kind;

constexpr const char* kDescribe = "Describe the picture.";

ChatRole RoleOf(const Message& message) {
  switch (message.role) {
    case Role::kSystem:
      return ChatRole::kSystem;
    case Role::kUser:
      return ChatRole::kUser;
    case Role::kAssistant:
      return ChatRole::kAssistant;
    case Role::kTool:
      break;
  }
  return ChatRole::kTool;
}

ToolForm FormOf(ToolCalls calls) {
  switch (calls) {
    case ToolCalls::kHermes:
      return ToolForm::kHermes;
    case ToolCalls::kFunctionTags:
      return ToolForm::kFunctionTags;
    case ToolCalls::kBareJson:
      return ToolForm::kBareJson;
    case ToolCalls::kNone:
      break;
  }
  return ToolForm::kNone;
}

using Images = std::vector<std::shared_ptr<const EncodedImage>>;

std::vector<ChatPart> PartsOf(const Message& message, Images& images) {
  std::vector<ChatPart> parts;
  bool has_content = message.role != Role::kUser;
  for (const Part& part : message.parts) {
    if (part.image != nullptr) {
      parts.push_back({.image = static_cast<int>(images.size()), .is_sound = part.image->is_sound});
      images.push_back(part.image);
      has_content = has_content || part.image->is_sound;  // which may be a question itself
    } else if (!part.text.empty()) {
      parts.push_back({.text = part.text});
      has_content = true;
    }
  }
  if (!has_content) parts.push_back({.text = kDescribe});
  return parts;
}

// Collects pieces up to the next image.
class Writer {
 public:
  explicit Writer(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  void Add(const PromptPiece& piece) { pending_.push_back(piece); }

  void Add(const std::shared_ptr<const EncodedImage>& image) {
    if (!image->counted_as.empty()) {
      const std::string number = image->counted_as + " " + std::to_string(++counted_) + ": ";
      Add({.kind = Kind::kMarkup, .text = number});
    }
    int row = 0;
    for (const EncodedImage::Piece& piece : image->pieces) {
      if (!piece.markup.empty()) Add({.kind = Kind::kMarkup, .text = piece.markup});
      if (piece.rows == 0) continue;
      Flush();
      prompt_.Add(image, row, piece.rows);
      row += piece.rows;
    }
  }

  Prompt MovePrompt() {
    Flush();
    return std::move(prompt_);
  }

 private:
  void Flush() {
    const std::vector<int> tokens = tokenizer_.EncodePieces(pending_);
    if (prompt_.rows() == 0) AddBos(tokens);
    prompt_.Add(tokens);
    pending_.clear();
  }

  // Some templates write the bos token themselves.
  void AddBos(const std::vector<int>& tokens) {
    if (!tokenizer_.add_bos() || !tokenizer_.bos()) return;
    const int bos = *tokenizer_.bos();
    if (tokens.empty() || tokens.front() != bos) prompt_.Add({&bos, 1});
  }

  const Tokenizer& tokenizer_;
  std::vector<PromptPiece> pending_;
  int counted_ = 0;  // images with a number
  Prompt prompt_;
};

class ChatStyle final : public PromptStyle {
 public:
  ChatStyle(ChatTemplate chat_template, std::vector<std::string> stops)
      : template_(std::move(chat_template)), stops_(std::move(stops)) {}

  std::string_view name() const override { return template_.name; }
  std::span<const std::string> stops() const override { return stops_; }
  std::string_view default_system() const override {
    return template_.default_system ? std::string_view(*template_.default_system) : "";
  }
  ToolForm tool_form() const override { return FormOf(template_.tool_calls); }
  bool system_anywhere() const override { return SystemMayFollow(template_); }

  Result<Prompt> Write(std::span<const Message> messages,
                       const Tokenizer& tokenizer) const override {
    Images images;
    std::vector<ChatMessage> chat;
    for (const Message& message : messages) {
      chat.push_back({.role = RoleOf(message), .parts = PartsOf(message, images)});
    }
    Writer writer(tokenizer);
    for (const PromptPiece& piece : WriteChat(template_, chat)) {
      if (piece.kind == Kind::kImage) {
        writer.Add(images[static_cast<std::size_t>(piece.image)]);
      } else {
        writer.Add(piece);
      }
    }
    Prompt prompt = writer.MovePrompt();
    if (messages.back().role == Role::kAssistant) prompt.EndInReply();
    return prompt;
  }

 private:
  ChatTemplate template_;
  std::vector<std::string> stops_;
};

}  // namespace

Result<std::unique_ptr<const PromptStyle>> MakeChatStyle(const GgufFile& file,
                                                         const Tokenizer& tokenizer,
                                                         std::string_view name) {
  const Result<std::string_view> own = file.String(keys::kChatTemplate, "");
  if (!own) return own.error();
  if (name.empty() && own->empty()) {
    name = ChatTemplateFor(
        [&](std::string_view token) { return tokenizer.Special(token).has_value(); });
  }
  const std::string_view eos = tokenizer.eos() ? tokenizer.SpecialName(*tokenizer.eos()) : "";
  Result<ChatTemplate> chosen = ChooseChatTemplate(name, *own, eos);
  if (!chosen) return chosen.error();
  std::vector<std::string> stops;  // those that are not tokens
  for (const std::string& end : chosen->ends) {
    if (!tokenizer.Special(end)) stops.push_back(end);
  }
  return std::unique_ptr<const PromptStyle>(
      std::make_unique<const ChatStyle>(*std::move(chosen), std::move(stops)));
}

}  // namespace edgevlm
