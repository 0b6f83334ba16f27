// FileTemplate: formats conversations with the chat template that a model's file carries.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edgevlm/template_inputs.h"
#include "tokenizer/chat_template.h"
#include "tokenizer/jinja/program.h"
#include "tokenizer/prompt_piece.h"

namespace edgevlm {

// A template is tried on sample conversations when it is loaded: whether it takes contents as texts
// or as lists of parts, system messages, images, tools. Every text remembers where it comes from,
// so names of control tokens that a user writes, or has in TemplateInputs, stay text however the
// template treats them.
// Threads: const methods from any number of threads.
class FileTemplate {
 public:
  struct Names {
    std::string bos = {};  // names of tokens; empty if the vocabulary has none
    std::string eos = {};
  };

  // family: the record of the known family whose markers the program has; null: none. Errors: those
  // of jinja::Program, and kUnsupported (texts of sample conversations are missing in the prompt).
  static Result<FileTemplate> Load(std::string_view program, const ChatTemplate* family,
                                   Names names);

  // As WriteChat, with the template's own markup. If the last message is the assistant's, the
  // prompt ends where its text ends. now: for templates that write the date and have none of their
  // own. Errors: those of jinja::Program::Write (kInvalid: the template rejects the conversation);
  // kUnsupported (a text or an image of the conversation is missing); kInvalid for inputs that are
  // not JSON.
  Result<std::vector<PromptPiece>> Write(std::span<const ChatMessage> messages,
                                         const TemplateInputs& inputs, std::time_t now) const;

  // Whether system messages may follow others.
  bool system_may_follow() const { return system_may_follow_; }
  // Whether it writes definitions of tools, calls, and what they return.
  bool has_tools() const { return has_tools_; }

 private:
  class Rendering;

  FileTemplate(jinja::Program program, const ChatTemplate* family, Names names);
  void Try();
  bool Shows(std::span<const ChatMessage> messages) const;
  Result<std::vector<PromptPiece>> WriteTurns(std::span<const ChatMessage> messages,
                                              const TemplateInputs& inputs, std::time_t now) const;
  bool WritesTools();

  jinja::Program program_;
  Names names_;
  std::string before_image_;
  std::string after_image_;
  bool swallows_line_ends_ = false;
  ToolCalls form_ = ToolCalls::kNone;
  bool has_date_ = false;  // of its own, where it finds no clock
  // Found out by Try.
  bool takes_texts_ = true;    // else contents are always lists of parts
  bool takes_images_ = false;  // as parts
  bool takes_system_ = true;   // else system texts begin the next message
  bool system_may_follow_ = true;
  bool has_tools_ = false;
  bool writes_calls_ = true;            // else they are a part of the text, in a known form
  bool writes_json_arguments_ = false;  // arguments of calls are texts with JSON
};

}  // namespace edgevlm
