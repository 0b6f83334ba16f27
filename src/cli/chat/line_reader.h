// LineReader: what is typed or piped into a conversation, line by line.
#pragma once

#include <memory>
#include <string>

#include "cli/chat/interrupts.h"

namespace edgevlm {

struct InputLine {
  enum class Kind {
    kText,
    kStopped,  // Ctrl-C: what was typed of the line is gone
    kEnd,      // of the input, or a request to leave
  };
  Kind kind = Kind::kEnd;
  std::string text = {};  // without the newline at its end; has others if it was pasted at once
};

class LineReader {
 public:
  // Longer lines are cut to this, which is more than a conversation may have.
  static constexpr std::size_t kMaxLineBytes = std::size_t{2} << 20;

  virtual ~LineReader() = default;

  // Waits for the next line. prompt: what stands before it, where people type.
  virtual InputLine Read(const char* prompt) = 0;
};

// Standard input as it is: a pipe, a file, a terminal that edits lines by itself. No prompts.
// interrupts must outlive the reader, here and below.
std::unique_ptr<LineReader> MakePlainReader(const Interrupts& interrupts);

// Standard input and output are a terminal: lines are edited, with history, as in a shell
// (libedit, which heeds ~/.editrc). A block that is pasted at once is one line.
std::unique_ptr<LineReader> MakeTerminalReader(const Interrupts& interrupts);

}  // namespace edgevlm
