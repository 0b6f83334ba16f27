// Chat templates: how a conversation is formatted for a model.
//
// Model files carry a Jinja program for this, which file_template.h runs. Each known family of
// templates is also a record, for files without a program and for programs that cannot be run: a
// program is then only searched for the markers of its family and for variations within it (a
// default system text, spaces around replies).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edgevlm/template_inputs.h"
#include "tokenizer/prompt_piece.h"

namespace edgevlm {

enum class ChatRole { kSystem, kUser, kAssistant, kTool };

// A part of a message: a text, an image or a sound.
struct ChatPart {
  std::string text = {};
  std::optional<int> image = {};  // index of the image or sound; `text` is ignored then
  bool is_sound = false;
};

struct ChatMessage {
  ChatRole role = ChatRole::kUser;
  std::vector<ChatPart> parts;
  MessageTools tools = {};  // for a file's own template (file_template.h)
};

// The markup around the messages of one role.
struct ChatTurn {
  std::string before;
  std::string after;
};

// The form of tool calls that a template has: that of ToolForm with the same name.
enum class ToolCalls { kNone, kHermes, kFunctionTags, kBareJson, kMistral, kPythonic };

// A conversation is formatted as
//   begin (turn.before parts turn.after)* reply
// without bos; whether to add it is up to the tokenizer's add_bos.
struct ChatTemplate {
  std::string name;
  std::string begin = {};
  ChatTurn system = {};
  ChatTurn user = {};
  ChatTurn assistant = {};
  ChatTurn tool = {};              // what a tool returned; empty: as the user's
  std::string reply = {};          // the generation prompt
  std::string between_turns = {};  // before a user message that follows a reply
  bool system_opens_turn = false;  // user.before is omitted after a system text
  std::string before_system = {};  // once, before the first system text
  bool trims = false;              // whether messages are stripped of whitespace
  bool trims_texts = false;        // likewise each text beside images
  std::string before_text = {};    // before a message that starts with a text
  std::string before_image = {};   // around each image
  std::string after_image = {};
  std::optional<std::string> default_system = {};  // if the conversation has none
  std::vector<std::string> ends = {};              // stop strings: they end a reply
  ToolCalls tool_calls = ToolCalls::kNone;
  bool swallows_line_ends = false;  // the model's own tokenizer drops a line end behind "|>"
};

// The form of tool calls whose markers a program has.
ToolCalls ToolCallsOf(std::string_view program);

// The name of the template for a file that has none: that of the family whose control token the
// vocabulary has; else "vicuna", as for LLaVA-1.5 and MobileVLM.
std::string_view ChatTemplateFor(const std::function<bool(std::string_view)>& has_token);

// Chooses the template: by name if one is given, else by the markers in the file's template, else
// (no template in the file, as for LLaVA-1.5 and MobileVLM) "vicuna". eos: the text of the model's
// eos token, with which some templates end messages. Errors: kUnsupported (an unknown name, a
// template without known markers; lists the known names).
Result<ChatTemplate> ChooseChatTemplate(std::string_view name, std::string_view file_template,
                                        std::string_view eos);

// All names, for error messages: "chatml, llama2 or llama3".
std::string ChatTemplateNames();

// Whether a system message may follow others: only if the template has markup for it.
bool SystemMayFollow(const ChatTemplate& chat_template);

// Formats a conversation as pieces: markup, texts and images in order, with adjacent pieces of one
// kind joined. with_reply: end with the generation prompt; if the last message is the assistant's,
// the reply continues it. O(n). REQUIRES: system messages come first unless SystemMayFollow.
std::vector<PromptPiece> WriteChat(const ChatTemplate& chat_template,
                                   std::span<const ChatMessage> messages, bool with_reply = true);

}  // namespace edgevlm
