#include "tokenizer/chat_template.h"

namespace edgevlm {
namespace {

using Kind = PromptPiece::Kind;

void Append(Kind kind, std::string_view text, std::vector<PromptPiece>& pieces) {
  if (text.empty()) return;
  if (pieces.empty() || pieces.back().kind != kind) pieces.push_back({.kind = kind});
  pieces.back().text += text;
}

std::string_view TrimStart(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\n\v\f\r");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

std::string_view TrimEnd(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\n\v\f\r") + 1);
}

const ChatTurn& TurnOf(const ChatTemplate& chat_template, ChatRole role) {
  if (role == ChatRole::kSystem) return chat_template.system;
  if (role == ChatRole::kTool && !chat_template.tool.before.empty()) return chat_template.tool;
  return role == ChatRole::kAssistant ? chat_template.assistant : chat_template.user;
}

void AppendImage(const ChatTemplate& chat_template, const ChatPart& part,
                 std::vector<PromptPiece>& pieces) {
  if (!part.is_sound) Append(Kind::kMarkup, chat_template.before_image, pieces);
  pieces.push_back({.kind = Kind::kImage, .image = *part.image});
  if (!part.is_sound) Append(Kind::kMarkup, chat_template.after_image, pieces);
}

// is_open: more of the message follows.
void AppendParts(const ChatTemplate& chat_template, const std::vector<ChatPart>& parts,
                 bool is_open, std::vector<PromptPiece>& pieces) {
  if (parts.empty() || !parts.front().image) {
    Append(Kind::kMarkup, chat_template.before_text, pieces);
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].image) {
      AppendImage(chat_template, parts[i], pieces);
      continue;
    }
    std::string_view text = parts[i].text;
    const bool is_last = i + 1 == parts.size();
    if ((chat_template.trims && i == 0) || chat_template.trims_texts) text = TrimStart(text);
    if (((chat_template.trims && is_last) || chat_template.trims_texts) && !(is_last && is_open)) {
      text = TrimEnd(text);
    }
    Append(Kind::kText, text, pieces);
  }
}

}  // namespace

bool SystemMayFollow(const ChatTemplate& chat_template) {
  return !chat_template.system.before.empty() && !chat_template.system_opens_turn;
}

std::vector<PromptPiece> WriteChat(const ChatTemplate& chat_template,
                                   std::span<const ChatMessage> messages, bool with_reply) {
  std::vector<PromptPiece> pieces;
  Append(Kind::kMarkup, chat_template.begin, pieces);
  const bool has_system = !messages.empty() && messages.front().role == ChatRole::kSystem;
  const bool goes_on =
      with_reply && !messages.empty() && messages.back().role == ChatRole::kAssistant;
  std::optional<ChatRole> before;
  if (!has_system && chat_template.default_system) {
    Append(Kind::kMarkup, chat_template.system.before, pieces);
    Append(Kind::kMarkup, chat_template.before_system, pieces);
    Append(Kind::kMarkup, chat_template.before_text, pieces);
    Append(Kind::kMarkup, *chat_template.default_system, pieces);
    Append(Kind::kMarkup, chat_template.system.after, pieces);
    before = ChatRole::kSystem;
  }
  for (const ChatMessage& message : messages) {
    const ChatTurn& turn = TurnOf(chat_template, message.role);
    const bool opened = chat_template.system_opens_turn && message.role == ChatRole::kUser &&
                        before == ChatRole::kSystem;
    if (before == ChatRole::kAssistant && message.role != ChatRole::kAssistant) {
      Append(Kind::kMarkup, chat_template.between_turns, pieces);
    }
    if (!opened) Append(Kind::kMarkup, turn.before, pieces);
    const bool is_first = &message == &messages.front();
    if (is_first && has_system) Append(Kind::kMarkup, chat_template.before_system, pieces);
    const bool is_open = goes_on && &message == &messages.back();
    AppendParts(chat_template, message.parts, is_open, pieces);
    if (!is_open) Append(Kind::kMarkup, turn.after, pieces);
    before = message.role;
  }
  if (with_reply && !goes_on) Append(Kind::kMarkup, chat_template.reply, pieces);
  return pieces;
}

}  // namespace edgevlm
