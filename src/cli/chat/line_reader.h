// LineReader: reads a conversation's input line by line.
#pragma once

#include <memory>
#include <string>

#include "cli/chat/interrupts.h"

namespace edgevlm {

struct InputLine {
  enum class Kind {
    kText,
    kStopped,  // Ctrl-C: the typed part of the line is discarded
    kEnd,      // of the input, or a request to exit
  };
  Kind kind = Kind::kEnd;
  std::string text = {};  // without the final newline; contains others if pasted as one block
};

class LineReader {
 public:
  // Longer lines are truncated to this, which is more than a conversation may have.
  static constexpr std::size_t kMaxLineBytes = std::size_t{2} << 20;

  virtual ~LineReader() = default;

  // Waits for the next line. prompt: shown before it on a terminal.
  virtual InputLine Read(const char* prompt) = 0;
};

// Plain standard input: a pipe, a file, a terminal that edits lines itself. No prompts. interrupts
// must outlive the reader, here and below.
std::unique_ptr<LineReader> MakePlainReader(const Interrupts& interrupts);

// For a terminal as standard input and output: lines are edited, with history, as in a shell
// (libedit, which reads ~/.editrc). A pasted block is one line.
std::unique_ptr<LineReader> MakeTerminalReader(const Interrupts& interrupts);

}  // namespace edgevlm
