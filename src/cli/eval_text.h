// EvalText: `edgevlm eval --against`, the quality of a model's predictions on a text.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"

namespace edgevlm {

struct EvalTextOptions {
  std::string against;  // "f32", or another model; empty: no text is evaluated
  int windows = 4;
  int window_tokens = 512;
  bool single_tokens = false;

  void Declare(CLI::App& app);
};

// Prints how far the model's predictions on a text are from those of the reference. path: of the
// text; - reads standard input.
ExitCode EvalText(const std::string& path, const EvalTextOptions& options,
                  const ModelOptions& model, bool json, Output& output);

}  // namespace edgevlm
