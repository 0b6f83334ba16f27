// EntryReader: parses input lines into messages and commands.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/chat/line_reader.h"

namespace edgevlm {

struct Entry {
  enum class Kind {
    kMessage,  // text: to the model
    kFile,     // text: the path of an image or a sound, as typed; empty: none
    kClear,
    kHelp,
    kQuit,
    kStopped,  // Ctrl-C while a line was typed
    kEnd,      // of the input
  };
  Kind kind = Kind::kEnd;
  std::string text = {};
};

// A line that is a command ("/image PATH", "/clear", ...); nothing for all others, including those
// that only begin with a slash.
std::optional<Entry> ParseCommand(std::string_view line);

// Lines that are commands are commands. The others are messages: either one per line, or all up to
// the next command or the end as one, as for a document from a pipe. The text between two lines """
// is always one message, commands included. Blank lines alone are not messages.
class EntryReader {
 public:
  enum class Messages { kLines, kDocuments };

  // lines must outlive the reader.
  EntryReader(LineReader& lines, Messages messages) : lines_(lines), messages_(messages) {}

  Entry Next();

 private:
  Entry ReadBlock();
  Entry MessageBefore(std::string text, Entry next);

  LineReader& lines_;
  const Messages messages_;
  std::optional<Entry> next_;  // already parsed, together with the message before it
};

}  // namespace edgevlm
