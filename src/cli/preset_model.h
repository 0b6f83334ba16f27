// A model with the shape of a published one and random weights, instead of model files.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/options.h"
#include "convert/preset.h"

namespace edgevlm {

// Makes the files of a preset in memory and loads them. Errors: kNotFound, kInvalid (an unknown
// type or preset), and those of Engine::Load.
Result<Engine> LoadPreset(const std::string& name, const std::string& type,
                          const EngineOptions& options);

class PresetModel {
 public:
  // --preset and --type; the first excludes --model, which must be declared before.
  void Declare(CLI::App& app);

  bool is_given() const { return !name_.empty(); }
  const std::string& name() const { return name_; }

  // REQUIRES: is_given(). Errors: those of LoadPreset.
  Result<Engine> Load(const ModelOptions& options) const;

 private:
  std::string name_;
  std::string type_ = "q4_k_m";
};

}  // namespace edgevlm
