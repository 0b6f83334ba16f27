#include "cli/chat/entry_reader.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace edgevlm {
namespace {

constexpr const char* kPrompt = "> ";
constexpr const char* kBlockPrompt = "... ";
constexpr std::string_view kBlockMark = "\"\"\"";
constexpr std::string_view kLineBlanks = " \t\r\n";

struct CommandName {
  std::string_view name;
  Entry::Kind kind;
};
constexpr CommandName kCommandNames[] = {{"/clear", Entry::Kind::kClear},
                                         {"/help", Entry::Kind::kHelp},
                                         {"/quit", Entry::Kind::kQuit},
                                         {"/exit", Entry::Kind::kQuit}};
// They name a file, whose bytes tell what it is.
constexpr std::string_view kFileCommands[] = {"/image", "/sound"};

std::string_view WithoutBlanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kLineBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kLineBlanks) - begin + 1);
}

void AddLine(const std::string& line, std::string& text) {
  // Longer messages are rejected anyway; this bounds memory.
  if (text.size() < LineReader::kMaxLineBytes) text += line + "\n";
}

}  // namespace

std::optional<Entry> ParseCommand(std::string_view line) {
  line = WithoutBlanks(line);
  if (line.find('\n') != std::string_view::npos) return std::nullopt;  // pasted
  for (const CommandName& command : kCommandNames) {
    if (line == command.name) return Entry{.kind = command.kind};
  }
  const std::string_view name = line.substr(0, line.find_first_of(kLineBlanks));
  if (std::ranges::find(kFileCommands, name) == std::end(kFileCommands)) return std::nullopt;
  return Entry{.kind = Entry::Kind::kFile,
               .text = std::string(WithoutBlanks(line.substr(name.size())))};
}

Entry EntryReader::Next() {
  if (next_) return *std::exchange(next_, std::nullopt);
  std::string text;
  while (true) {
    const InputLine line = lines_.Read(kPrompt);
    if (line.kind == InputLine::Kind::kStopped) return {.kind = Entry::Kind::kStopped};
    if (line.kind == InputLine::Kind::kEnd) return MessageBefore(std::move(text), {});
    if (const auto command = ParseCommand(line.text)) {
      return MessageBefore(std::move(text), *command);
    }
    const bool is_first = WithoutBlanks(text).empty();
    if (is_first && WithoutBlanks(line.text) == kBlockMark) return ReadBlock();
    AddLine(line.text, text);
    const bool is_whole = messages_ == Messages::kLines && !WithoutBlanks(text).empty();
    if (is_whole) return {.kind = Entry::Kind::kMessage, .text = std::string(WithoutBlanks(text))};
  }
}

// Returns the message, and the next time what follows it; or that at once if there is no message.
Entry EntryReader::MessageBefore(std::string text, Entry next) {
  const std::string_view message = WithoutBlanks(text);
  if (message.empty()) return next;
  next_ = std::move(next);
  return {.kind = Entry::Kind::kMessage, .text = std::string(message)};
}

// The verbatim text up to the closing mark.
Entry EntryReader::ReadBlock() {
  std::string text;
  while (true) {
    const InputLine line = lines_.Read(kBlockPrompt);
    if (line.kind == InputLine::Kind::kStopped) return {.kind = Entry::Kind::kStopped};
    if (line.kind == InputLine::Kind::kEnd) return MessageBefore(std::move(text), {});
    if (WithoutBlanks(line.text) == kBlockMark) break;
    AddLine(line.text, text);
  }
  if (WithoutBlanks(text).empty()) return Next();
  text.pop_back();  // the newline before the mark
  return {.kind = Entry::Kind::kMessage, .text = std::move(text)};
}

}  // namespace edgevlm
