#include "tokenizer/file_template.h"

#include <algorithm>
#include <utility>

#include "tokenizer/jinja/json_value.h"
#include "tokenizer/jinja/write_value.h"

namespace edgevlm {
namespace {

using jinja::Text;
using jinja::Type;
using jinja::Value;
using Entries = std::vector<std::pair<Text, Value>>;
using Kind = PromptPiece::Kind;

// Sources of texts: what is neither a message's nor an image; then those of the messages.
constexpr int kInputSource = 1;
constexpr int kFirstSource = 2;

// In contents that are texts; its source says which image it is. Unit of a private use area, so
// that no template trims it.
constexpr std::string_view kImageMark = "\xEE\x80\x80";

// What templates write in place of an image.
constexpr std::string_view kPlaceholders[] = {
    "<|image_pad|>", "<start_of_image>", "<image>", "<|image|>",    "<image_soft_token>",
    "[IMG]",         "<|image_1|>",      "<|img|>", "<IMG_CONTEXT>"};

constexpr std::string_view kBlanks = " \t\n\v\f\r";

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::pair<Text, Value> Entry(std::string_view name, Value value) {
  return {Text(name), std::move(value)};
}

std::string_view NameOf(ChatRole role) {
  switch (role) {
    case ChatRole::kSystem:
      return "system";
    case ChatRole::kUser:
      return "user";
    case ChatRole::kAssistant:
      return "assistant";
    case ChatRole::kTool:
      break;
  }
  return "tool";
}

// Calls whose arguments are texts with JSON instead of objects.
Value WithTextArguments(const Value& calls) {
  std::vector<Value> made;
  for (const Value& call : calls.list().items) {
    Entries entries = call.dict().entries;
    for (auto& [name, value] : entries) {
      if (name.view() != "function" || !value.Is(Type::kDict)) continue;
      Entries function = value.dict().entries;
      for (auto& [key, member] : function) {
        if (key.view() != "arguments" || member.Is(Type::kText)) continue;
        jinja::Run run({});
        member = Value(jinja::ToJson(run, member, {}));
      }
      value = Value::OfDict(std::move(function));
    }
    made.push_back(Value::OfDict(std::move(entries)));
  }
  return Value::OfList(std::move(made));
}

// A value as Python writes it, with texts in double quotes.
void AppendPython(const Value& value, Text& text) {
  jinja::Run run({});
  if (value.Is(Type::kText)) {
    text.Append(jinja::ToJson(run, value, {}));
  } else {
    text.Append(jinja::ToText(run, value));
  }
}

// The markers are the program's, so that they become tokens: <|tool_call_start|>[f(a="x")]...
Text PythonicCalls(const Value& calls) {
  Text text("<|tool_call_start|>[");
  bool is_first = true;
  for (const Value& call : calls.list().items) {
    const Value* function = call.dict().Find("function");
    if (function == nullptr || !function->Is(Type::kDict)) continue;
    const Value* name = function->dict().Find("name");
    const Value* arguments = function->dict().Find("arguments");
    if (name == nullptr || !name->Is(Type::kText)) continue;
    if (!std::exchange(is_first, false)) text.Append(", ");
    text.Append(name->text());
    text.Append("(");
    const bool has_arguments = arguments != nullptr && arguments->Is(Type::kDict);
    bool is_first_argument = true;
    for (const auto& [key, value] : has_arguments ? arguments->dict().entries : Entries()) {
      if (!std::exchange(is_first_argument, false)) text.Append(", ");
      text.Append(key);
      text.Append("=");
      AppendPython(value, text);
    }
    text.Append(")");
  }
  text.Append("]<|tool_call_end|>");
  return text;
}

bool IsListOfDicts(const Value& value) {
  return value.Is(Type::kList) && std::ranges::all_of(value.list().items, [](const Value& item) {
           return item.Is(Type::kDict);
         });
}

// System messages become the beginning of the user's message behind them.
std::vector<ChatMessage> WithoutSystem(std::span<const ChatMessage> messages) {
  std::vector<ChatMessage> merged;
  std::vector<ChatPart> opening;
  for (const ChatMessage& message : messages) {
    if (message.role == ChatRole::kSystem) {
      opening.insert(opening.end(), message.parts.begin(), message.parts.end());
      if (!message.parts.empty()) opening.push_back({.text = "\n\n"});
      continue;
    }
    merged.push_back(message);
    if (message.role != ChatRole::kUser || opening.empty()) continue;
    std::vector<ChatPart>& parts = merged.back().parts;
    parts.insert(parts.begin(), opening.begin(), opening.end());
    opening.clear();
  }
  return merged;
}

}  // namespace

// One conversation as values, and its prompt as pieces.
class FileTemplate::Rendering {
 public:
  Rendering(const FileTemplate& file_template, std::span<const ChatMessage> messages)
      : template_(file_template), messages_(messages) {
    goes_on_ = !messages.empty() && messages.back().role == ChatRole::kAssistant;
  }

  Result<std::vector<PromptPiece>> Write(const TemplateInputs& inputs, std::time_t now) {
    jinja::Variables variables;
    if (auto error = AddInputs(inputs, variables)) return *error;
    std::vector<Value> messages;
    for (const ChatMessage& message : messages_) {
      auto value = ValueOf(message);
      if (!value) return value.error();
      messages.push_back(*std::move(value));
    }
    variables.emplace_back("messages", Value::OfList(std::move(messages)));
    variables.emplace_back("add_generation_prompt", Value(!goes_on_));
    variables.emplace_back("bos_token", Value(std::string_view(template_.names_.bos)));
    variables.emplace_back("eos_token", Value(std::string_view(template_.names_.eos)));
    const Result<Text> text =
        template_.program_.Write(variables, {.limits = {}, .now = template_.has_date_ ? 0 : now});
    if (!text) return text.error();
    if (!HasAllTexts(*text)) return Missing("a text");
    std::vector<PromptPiece> pieces = PiecesOf(goes_on_ ? UpToReply(*text) : *text);
    if (next_image_ != images_) return Missing("an image");
    return pieces;
  }

 private:
  // A text of the conversation.
  struct Source {
    const ChatMessage* message;
    std::string_view text;
  };

  static Error Missing(const char* what) {
    return {ErrorCode::kUnsupported,
            std::string("the prompt lacks ") + what + " of the conversation"};
  }

  static MaybeError AddInputs(const TemplateInputs& inputs, jinja::Variables& variables) {
    if (!inputs.variables.empty()) {
      const auto given = jinja::ValueOfJson(inputs.variables, kInputSource);
      if (!given || !given->Is(Type::kDict)) {
        return Error{ErrorCode::kInvalid, "template variables: expected a JSON object"};
      }
      for (const auto& [name, value] : given->dict().entries) {
        variables.emplace_back(std::string(name.view()), value);
      }
    }
    // Last: variables of these names cannot be given.
    Value tools{Value::None()};
    if (!inputs.tools.empty()) {
      auto given = jinja::ValueOfJson(inputs.tools, kInputSource);
      if (!given || !IsListOfDicts(*given)) {
        return Error{ErrorCode::kInvalid, "tools: expected a JSON list of objects"};
      }
      tools = *std::move(given);
    }
    variables.emplace_back("tools", std::move(tools));
    variables.emplace_back("documents", Value(Value::None()));
    return std::nullopt;
  }

  int AddSource(const ChatMessage& message, std::string_view text) {
    sources_.push_back({.message = &message, .text = text});
    return kFirstSource + static_cast<int>(sources_.size()) - 1;
  }

  Value PartsOf(const ChatMessage& message) {
    std::vector<Value> parts;
    for (const ChatPart& part : message.parts) {
      if (part.image && !part.is_sound) {
        parts.push_back(Value::OfDict({Entry("type", Value("image"))}));
        NoteImage(*part.image);
        continue;
      }
      parts.push_back(Value::OfDict(
          {Entry("type", Value("text")), Entry("text", TextOf(message, {&part, 1}))}));
    }
    return Value::OfList(std::move(parts));
  }

  Value TextOf(const ChatMessage& message, std::span<const ChatPart> parts) {
    Text text;
    for (const ChatPart& part : parts) AppendPart(message, part, text);
    return Value(std::move(text));
  }

  // A sound has markup of its own around it (EncodedImage::Piece).
  void AppendPart(const ChatMessage& message, const ChatPart& part, Text& text) {
    if (!part.image) return text.Append(part.text, AddSource(message, part.text));
    if (!part.is_sound) text.Append(template_.before_image_);
    text.Append(kImageMark, kFirstImage + NoteImage(*part.image));
    if (!part.is_sound) text.Append(template_.after_image_);
  }

  int NoteImage(int image) {
    image_numbers_.push_back(image);
    return images_++;
  }

  Result<Value> ValueOf(const ChatMessage& message) {
    const bool has_image = std::ranges::any_of(
        message.parts, [](const ChatPart& part) { return part.image && !part.is_sound; });
    const bool as_parts = !template_.takes_texts_ || (has_image && template_.takes_images_);
    Entries entries;
    entries.push_back(Entry("role", Value(NameOf(message.role))));
    entries.push_back(
        Entry("content", as_parts ? PartsOf(message) : TextOf(message, message.parts)));
    if (!message.tools.calls.empty()) {
      auto calls = jinja::ValueOfJson(message.tools.calls, kInputSource);
      if (!calls || !IsListOfDicts(*calls)) {
        return Error{ErrorCode::kInvalid, "tool calls: expected a JSON list of objects"};
      }
      if (!template_.writes_calls_) {
        Text text = entries.back().second.Is(Type::kText) ? entries.back().second.text() : Text();
        text.Append(PythonicCalls(*calls));
        entries.back().second = Value(std::move(text));
      }
      entries.push_back(Entry("tool_calls", template_.writes_json_arguments_
                                                ? WithTextArguments(*calls)
                                                : *std::move(calls)));
    }
    const auto add = [&](const char* name, const std::string& text) {
      if (text.empty()) return;
      entries.push_back(Entry(name, Value(std::string_view(text), kInputSource)));
    };
    add("tool_call_id", message.tools.call_id);
    add("name", message.tools.name);
    return Value::OfDict(std::move(entries));
  }

  // Thoughts of earlier replies may be left out; the last one, if it goes on, must be there.
  bool MustShow(const Source& source) const {
    return source.message->role != ChatRole::kAssistant ||
           (goes_on_ && source.message == &messages_.back());
  }

  bool HasAllTexts(const Text& text) const {
    std::vector<std::string> shown(sources_.size());
    std::size_t begin = 0;
    for (const Text::Run& run : text.runs()) {
      const int index = run.source - kFirstSource;
      if (0 <= index && index < static_cast<int>(shown.size())) {
        shown[static_cast<std::size_t>(index)] += text.view().substr(begin, run.end - begin);
      }
      begin = run.end;
    }
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      if (MustShow(sources_[i]) && shown[i].find(Trimmed(sources_[i].text)) == std::string::npos) {
        return false;
      }
    }
    return true;
  }

  // Up to the end of the last message's text, with the blanks at its end.
  Text UpToReply(const Text& text) const {
    if (sources_.empty() || sources_.back().message != &messages_.back()) return text;
    const std::string_view last = sources_.back().text;
    const int source = kFirstSource + static_cast<int>(sources_.size()) - 1;
    std::size_t end = 0;
    for (const Text::Run& run : text.runs()) {
      if (run.source == source) end = run.end;
    }
    Text made = text.Slice(0, end);
    const std::string_view blanks = last.substr(last.find_last_not_of(kBlanks) + 1);
    if (made.view().ends_with(Trimmed(last))) made.Append(blanks, source);
    return made;
  }

  void Append(Kind kind, std::string_view text, std::vector<PromptPiece>& pieces) const {
    if (text.empty()) return;
    if (pieces.empty() || pieces.back().kind != kind) pieces.push_back({.kind = kind});
    std::string& all = pieces.back().text;
    if (kind == Kind::kMarkup && template_.swallows_line_ends_) {
      for (const char c : text) {
        if (c != '\n' || !all.ends_with("|>")) all += c;
      }
    } else {
      all += text;
    }
  }

  void AppendImage(std::vector<PromptPiece>& pieces) {
    const auto index = static_cast<std::size_t>(next_image_++);
    if (index >= image_numbers_.size()) return;  // reported as a missing one
    pieces.push_back({.kind = Kind::kImage, .image = image_numbers_[index]});
  }

  // Markup with images where it has placeholders for them.
  void AppendMarkup(std::string_view markup, std::vector<PromptPiece>& pieces) {
    while (images_ > 0 && template_.takes_images_) {
      std::size_t at = std::string_view::npos;
      std::string_view found;
      for (const std::string_view placeholder : kPlaceholders) {
        const std::size_t here = markup.find(placeholder);
        if (here < at) {
          at = here;
          found = placeholder;
        }
      }
      if (found.empty()) break;
      Append(Kind::kMarkup, markup.substr(0, at), pieces);
      AppendImage(pieces);
      markup.remove_prefix(at + found.size());
    }
    Append(Kind::kMarkup, markup, pieces);
  }

  std::vector<PromptPiece> PiecesOf(const Text& text) {
    std::vector<PromptPiece> pieces;
    std::size_t begin = 0;
    for (const Text::Run& run : text.runs()) {
      const std::string_view part = text.view().substr(begin, run.end - begin);
      begin = run.end;
      if (run.source == jinja::kProgram) {
        AppendMarkup(part, pieces);
      } else if (run.source >= kFirstImage) {
        // Written once, and in order.
        const bool is_next = run.source - kFirstImage == next_image_ && part == kImageMark;
        is_next ? AppendImage(pieces) : void(next_image_ = images_ + 1);
      } else {
        Append(Kind::kText, part, pieces);
      }
    }
    return pieces;
  }

  static constexpr int kFirstImage = 1 << 24;

  const FileTemplate& template_;
  const std::span<const ChatMessage> messages_;
  bool goes_on_ = false;
  std::vector<Source> sources_;
  std::vector<int> image_numbers_;
  int images_ = 0;
  int next_image_ = 0;
};

FileTemplate::FileTemplate(jinja::Program program, const ChatTemplate* family, Names names)
    : program_(std::move(program)), names_(std::move(names)) {
  if (family == nullptr) return;
  before_image_ = family->before_image;
  after_image_ = family->after_image;
  swallows_line_ends_ = family->swallows_line_ends;
}

Result<FileTemplate> FileTemplate::Load(std::string_view program, const ChatTemplate* family,
                                        Names names) {
  Result<jinja::Program> parsed = jinja::Program::Parse(program);
  if (!parsed) return parsed.error();
  FileTemplate made(*std::move(parsed), family, std::move(names));
  // Replies then do not depend on the date.
  made.has_date_ = program.find("strftime_now is defined") != std::string_view::npos;
  made.form_ = ToolCallsOf(program);
  made.Try();
  const std::vector<ChatMessage> turns = {
      {.role = ChatRole::kUser, .parts = {{.text = "first question"}}},
      {.role = ChatRole::kAssistant, .parts = {{.text = "first reply"}}},
      {.role = ChatRole::kUser, .parts = {{.text = "second question"}}}};
  auto pieces = made.Write(turns, {}, 1);
  if (!pieces) return pieces.error();
  std::string prompt;
  for (const PromptPiece& piece : *pieces) prompt += piece.text;
  if (prompt.find("first reply") != std::string::npos) return made;
  return Error{ErrorCode::kUnsupported, "the prompt lacks a reply of the conversation"};
}

// A template may write an empty thought before a reply, which a reply that goes on does not have:
// that begins where the prompt for it ended.
Result<std::vector<PromptPiece>> FileTemplate::WriteTurns(std::span<const ChatMessage> messages,
                                                          const TemplateInputs& inputs,
                                                          std::time_t now) const {
  auto whole = Rendering(*this, messages).Write(inputs, now);
  const bool goes_on = messages.size() > 1 && messages.back().role == ChatRole::kAssistant;
  if (!whole || !goes_on || whole->size() < 2) return whole;
  const auto prompt = Rendering(*this, messages.first(messages.size() - 1)).Write(inputs, now);
  if (!prompt || prompt->empty() || prompt->size() != whole->size() - 1) return whole;
  const std::string& before = prompt->back().text;
  std::string& markup = (*whole)[whole->size() - 2].text;
  if (markup.starts_with(before) && !Trimmed(markup.substr(before.size())).empty()) markup = before;
  return whole;
}

bool FileTemplate::Shows(std::span<const ChatMessage> messages) const {
  return Write(messages, {}, 1).ok();
}

// Each conversation asks one thing, and relies on what the ones before found out.
void FileTemplate::Try() {
  const ChatMessage user = {.role = ChatRole::kUser, .parts = {{.text = "a question"}}};
  const ChatMessage reply = {.role = ChatRole::kAssistant, .parts = {{.text = "a reply"}}};
  const ChatMessage system = {.role = ChatRole::kSystem, .parts = {{.text = "a system text"}}};
  takes_texts_ = Shows({{user}});
  takes_images_ = true;
  const ChatMessage image = {.role = ChatRole::kUser,
                             .parts = {{.image = 0}, {.text = "a question"}}};
  takes_images_ = Shows({{image}});
  takes_system_ = Shows({{system, user}});
  system_may_follow_ = takes_system_ && Shows({{user, reply, system, user}});
  has_tools_ = WritesTools();
}

bool FileTemplate::WritesTools() {
  const std::vector<ChatMessage> messages = {
      {.role = ChatRole::kUser, .parts = {{.text = "a question"}}},
      {.role = ChatRole::kAssistant,
       .parts = {},
       .tools = {.calls =
                     R"([{"id": "call00001", "type": "function", "function": {"name": "called_tool",
                       "arguments": {"given_name": "given value"}}}])"}},
      {.role = ChatRole::kTool,
       .parts = {{.text = "a result"}},
       .tools = {.call_id = "call00001", .name = "called_tool"}}};
  const TemplateInputs inputs = {
      .tools = R"([{"type": "function", "function": {"name": "defined_tool", "description": "d",
                  "parameters": {"type": "object", "properties": {}}}}])"};
  struct Way {
    bool writes_json_arguments;
    bool writes_calls;
  };
  for (const Way way : {Way{false, true}, Way{true, true}, Way{false, false}}) {
    if (!way.writes_calls && form_ != ToolCalls::kPythonic) continue;
    writes_json_arguments_ = way.writes_json_arguments;
    writes_calls_ = way.writes_calls;
    const auto defined = Write({messages.data(), 1}, inputs, 1);
    const auto called = Write(messages, {}, 1);
    if (!defined || !called) continue;
    const auto has = [](const std::vector<PromptPiece>& pieces, std::string_view wanted) {
      return std::ranges::any_of(pieces, [&](const PromptPiece& piece) {
        return piece.text.find(wanted) != std::string::npos;
      });
    };
    if (has(*defined, "defined_tool") && has(*called, "called_tool") &&
        has(*called, "given value")) {
      return true;
    }
  }
  writes_json_arguments_ = false;
  writes_calls_ = true;
  return false;
}

Result<std::vector<PromptPiece>> FileTemplate::Write(std::span<const ChatMessage> messages,
                                                     const TemplateInputs& inputs,
                                                     std::time_t now) const {
  if (!takes_system_) {
    const std::vector<ChatMessage> merged = WithoutSystem(messages);
    return WriteTurns(merged, inputs, now);
  }
  return WriteTurns(messages, inputs, now);
}

}  // namespace edgevlm
