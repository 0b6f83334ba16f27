// Declares the options of early exit.
#pragma once

#include <CLI/CLI.hpp>

#include "edgevlm/exit_options.h"

namespace edgevlm {

void DeclareExits(CLI::App& app, ExitOptions& options);

}  // namespace edgevlm
