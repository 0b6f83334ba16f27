// Help texts: options in groups, the most important ones first.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace edgevlm {

// `--help` of a command with many options shows those in `first` ("--model"), in this order;
// `--help-all` shows all, in the groups Model, Reply, Speed and memory, Output and so on. Call when
// all options of the command are declared. REQUIRES: it has the options in `first`.
void GroupOptions(CLI::App& command, const std::vector<std::string>& first);

// The output of `edgevlm` without arguments: first steps.
std::string FirstSteps();

}  // namespace edgevlm
