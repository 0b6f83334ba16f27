// A published model's true shape with random weights, in place of a model's files.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/options.h"
#include "convert/preset.h"

namespace edgevlm {

class PresetModel {
 public:
  // --preset and --type; the first excludes --model, which is declared already.
  void Declare(CLI::App& app);

  bool is_given() const { return !name_.empty(); }
  const std::string& name() const { return name_; }

  // Makes the files in memory and loads them. REQUIRES: is_given(). Errors: kNotFound, kInvalid
  // (a type or preset that there is not), and those of Engine::Load.
  Result<Engine> Load(const ModelOptions& options) const;

 private:
  std::string name_;
  std::string type_ = "q4_k_m";
};

}  // namespace edgevlm
