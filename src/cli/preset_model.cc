#include "cli/preset_model.h"

namespace edgevlm {

void PresetModel::Declare(CLI::App& app) {
  app.add_option("--preset", name_, "a published model's true shape with random weights")
      ->type_name("NAME")
      ->excludes("--model");
  app.add_option("--type", type_, "of the preset's decoder, as for edgevlm quantize")
      ->type_name("TYPE")
      ->capture_default_str();
}

Result<Engine> PresetModel::Load(const ModelOptions& options) const {
  const Result<Preset> preset = FindPreset(name_);
  if (!preset) return preset.error();
  const Result<FileType> type = ParseFileType(type_);
  if (!type) return type.error();
  const PresetFiles files = MakePreset(*preset, *type);
  return WithNotes(Engine::Load(files.model, files.mmproj, options.ForEngine()), options);
}

}  // namespace edgevlm
