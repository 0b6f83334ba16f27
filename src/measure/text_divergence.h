// TextDivergence: how far an engine's predictions on a text are from those of a reference engine.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "edgevlm/edgevlm.h"
#include "measure/divergence.h"

namespace edgevlm {

struct TextDivergenceWork {
  // Each is called once for every group of windows (MeasureTextDivergence), and the engine goes
  // before the other one is loaded. Both must give the same models every time.
  std::function<Result<Engine>()> load_reference;  // usually the same file in float32
  std::function<Result<Engine>()> load_measured;
  std::string_view text = {};  // any bytes
  int window_tokens = 512;     // at least 2
  int windows = 4;             // at most; fewer if the text is shorter
  // Whether the rows that count go through the measured engine one at a time, as in a reply, after
  // the first half of the window as a prompt, of which the cache's policy may evict. Else all rows
  // of a window are a prompt.
  bool single_tokens = false;
  std::size_t reference_bytes = std::size_t{1} << 30;  // of reference logits held at a time
  // Called with the number of rows that went through either engine, of the total; may be empty.
  std::function<void(int done, int total)> on_rows = {};
};

struct TextDivergence {
  int windows = 0;
  int rows = 0;  // that count
  DivergenceSummary summary;
};

// Cuts the text into windows of tokens and compares the distributions of the next token in the
// second half of each, where every prediction has half a window before it: rows [W / 2, W - 1) of a
// window of W tokens. If the vocabulary begins texts with a token, each window begins with it in
// place of its own first token (as llama.cpp's perplexity tool has it).
//
// Only one of the engines is in memory at a time, and the reference's logits [rows, V] in float32;
// windows whose logits would take more than `reference_bytes` together form several groups, for
// each of which both engines are loaded again. Errors: those of loading; kInvalid (the text is
// shorter than one window, the vocabularies differ), kTooLarge (a window over an engine's context).
Result<TextDivergence> MeasureTextDivergence(const TextDivergenceWork& work);

}  // namespace edgevlm
