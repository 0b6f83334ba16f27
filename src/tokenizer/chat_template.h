// Chat templates: how a model wants a conversation to be written.
//
// Published files carry a program in the Jinja language for it. Here the families of templates are
// records instead; a file's program is only searched for the marks of its family and for what
// differs inside it (a system text of its own, blanks around replies).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/prompt_piece.h"

namespace edgevlm {

enum class ChatRole { kSystem, kUser, kAssistant };

// A part of a message: a text, or the place of an image.
struct ChatPart {
  std::string text = {};
  std::optional<int> image = {};  // which one, from 0; the text does not count then
};

struct ChatMessage {
  ChatRole role = ChatRole::kUser;
  std::vector<ChatPart> parts;
};

// The markup around the messages of one role.
struct ChatTurn {
  std::string before;
  std::string after;
};

// A conversation is written as
//   begin (turn.before parts turn.after)* reply
// without bos, which the tokenizer's add_bos tells of.
struct ChatTemplate {
  std::string name;
  std::string begin = {};
  ChatTurn system = {};
  ChatTurn user = {};
  ChatTurn assistant = {};
  std::string reply = {};          // asks for a reply
  std::string between_turns = {};  // before each user's message after a reply
  bool system_opens_turn = false;  // user.before is left out after a system text
  std::string before_system = {};  // once, before the first system text
  bool trims = false;              // no blanks at the ends of a message
  std::string before_text = {};    // before a message that begins with a text
  std::string before_image = {};   // around each image
  std::string after_image = {};
  std::optional<std::string> default_system = {};  // where the conversation has none
  std::vector<std::string> ends = {};              // texts that end a reply
};

// The template to use: the one of that name if there is a name, else the one whose marks the file's
// template has, else (no template in the file, as those of LLaVA-1.5 and MobileVLM) "vicuna".
// eos: the name of the model's eos token, which some templates end messages with.
// Errors: kUnsupported (an unknown name, a template without known marks; lists the known names).
Result<ChatTemplate> ChooseChatTemplate(std::string_view name, std::string_view file_template,
                                        std::string_view eos);

// All names, for messages: "chatml, llama2 or llama3".
std::string ChatTemplateNames();

// Whether system messages may stand behind others: where they have markup of their own.
bool SystemMayFollow(const ChatTemplate& chat_template);

// A conversation as pieces: markup, texts and images in their order, neighbors of one kind
// joined. with_reply: ask for a reply at the end, which goes on from a last message of the
// assistant's. O(n). REQUIRES: system messages come first unless SystemMayFollow.
std::vector<PromptPiece> WriteChat(const ChatTemplate& chat_template,
                                   std::span<const ChatMessage> messages, bool with_reply = true);

}  // namespace edgevlm
