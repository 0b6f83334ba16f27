#include <algorithm>
#include <atomic>
#include <ctime>
#include <string>
#include <utility>

#include "engine/prompt/prompt_style.h"
#include "gguf/names.h"
#include "tokenizer/chat_template.h"
#include "tokenizer/file_template.h"

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
    case ToolCalls::kMistral:
      return ToolForm::kMistral;
    case ToolCalls::kPythonic:
      return ToolForm::kPythonic;
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

// A template of a file without a known family has a record with nothing but its tool calls.
constexpr const char* kOwnName = "own";

class ChatStyle final : public PromptStyle {
 public:
  ChatStyle(ChatTemplate chat_template, std::vector<std::string> stops,
            std::optional<FileTemplate> file_template, std::string_view program,
            std::function<void(const std::string&)> on_warning)
      : template_(std::move(chat_template)),
        stops_(std::move(stops)),
        file_template_(std::move(file_template)),
        program_(program),
        on_warning_(std::move(on_warning)) {
    // The other forms were there before templates were run: texts describe the tools.
    const bool is_new =
        template_.tool_calls == ToolCalls::kMistral || template_.tool_calls == ToolCalls::kPythonic;
    has_tool_template_ = is_new && file_template_ && file_template_->has_tools();
    if (is_new && !has_tool_template_) template_.tool_calls = ToolCalls::kNone;
  }

  std::string_view name() const override { return template_.name; }
  std::span<const std::string> stops() const override { return stops_; }
  std::string_view default_system() const override {
    return template_.default_system ? std::string_view(*template_.default_system) : "";
  }
  ToolForm tool_form() const override { return FormOf(template_.tool_calls); }
  std::string_view template_program() const override { return program_; }
  bool has_tool_template() const override { return has_tool_template_; }
  bool system_anywhere() const override {
    return (!file_template_ || file_template_->system_may_follow()) &&
           (!has_family() || SystemMayFollow(template_));
  }

  Result<Prompt> Write(std::span<const Message> messages, const Tokenizer& tokenizer,
                       const TemplateInputs& inputs) const override {
    Images images;
    std::vector<ChatMessage> chat;
    for (const Message& message : messages) {
      chat.push_back(
          {.role = RoleOf(message), .parts = PartsOf(message, images), .tools = message.tools});
    }
    const Result<std::vector<PromptPiece>> pieces = PiecesOf(chat, inputs);
    if (!pieces) return pieces.error();
    Writer writer(tokenizer);
    for (const PromptPiece& piece : *pieces) {
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
  bool has_family() const { return template_.name != kOwnName; }

  Result<std::vector<PromptPiece>> PiecesOf(std::span<const ChatMessage> chat,
                                            const TemplateInputs& inputs) const {
    // A template that is not given tools would write their results in its own form, which those of
    // a text already have.
    const bool has_results = std::ranges::any_of(
        chat, [](const ChatMessage& message) { return message.role == ChatRole::kTool; });
    if (!file_template_ || (has_results && !has_tool_template_ && has_family())) {
      return WriteChat(template_, chat);
    }
    auto pieces = file_template_->Write(chat, inputs, std::time(nullptr));
    if (pieces) return pieces;
    const bool has_tools =
        !inputs.tools.empty() || std::ranges::any_of(chat, [](const ChatMessage& message) {
          return !message.tools.empty();
        });
    const std::string what = "chat template: " + pieces.error().message;
    if (has_tools || !has_family()) return Error{pieces.error().code, what};
    if (on_warning_ && !warned_.exchange(true)) {
      on_warning_(what + ": this conversation is written as those of " + template_.name);
    }
    return WriteChat(template_, chat);
  }

  ChatTemplate template_;
  std::vector<std::string> stops_;
  const std::optional<FileTemplate> file_template_;
  const std::string program_;
  const std::function<void(const std::string&)> on_warning_;
  bool has_tool_template_ = false;
  mutable std::atomic<bool> warned_ = false;
};

// The file's own template, if it can be run. chosen: the record of its family, or why it has none.
std::optional<FileTemplate> LoadOwn(std::string_view program, const Result<ChatTemplate>& chosen,
                                    const Tokenizer& tokenizer, const EngineOptions& options) {
  FileTemplate::Names names;
  if (tokenizer.bos()) names.bos = tokenizer.SpecialName(*tokenizer.bos());
  if (tokenizer.eos()) names.eos = tokenizer.SpecialName(*tokenizer.eos());
  auto loaded = FileTemplate::Load(program, chosen ? &*chosen : nullptr, std::move(names));
  if (loaded) return *std::move(loaded);
  if (chosen && options.on_warning) {
    options.on_warning("chat template: " + loaded.error().message +
                       ": prompts are written as those of " + chosen->name);
  }
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<const PromptStyle>> MakeChatStyle(const GgufFile& file,
                                                         const Tokenizer& tokenizer,
                                                         const EngineOptions& options) {
  std::string_view name = options.chat_template;
  const Result<std::string_view> own = file.String(keys::kChatTemplate, "");
  if (!own) return own.error();
  if (name.empty() && own->empty()) {
    name = ChatTemplateFor(
        [&](std::string_view token) { return tokenizer.Special(token).has_value(); });
  }
  const std::string_view eos = tokenizer.eos() ? tokenizer.SpecialName(*tokenizer.eos()) : "";
  Result<ChatTemplate> chosen = ChooseChatTemplate(name, *own, eos);
  std::optional<FileTemplate> loaded;
  if (name.empty()) loaded = LoadOwn(*own, chosen, tokenizer, options);
  if (!chosen && !loaded) return chosen.error();
  ChatTemplate family =
      chosen ? *std::move(chosen) : ChatTemplate{.name = kOwnName, .tool_calls = ToolCallsOf(*own)};
  std::vector<std::string> stops;  // those that are not tokens
  for (const std::string& end : family.ends) {
    if (!tokenizer.Special(end)) stops.push_back(end);
  }
  const std::string_view program = loaded ? *own : std::string_view();
  return std::unique_ptr<const PromptStyle>(std::make_unique<const ChatStyle>(
      std::move(family), std::move(stops), std::move(loaded), program, options.on_warning));
}

}  // namespace edgevlm
