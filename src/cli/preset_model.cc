#include "cli/preset_model.h"

namespace edgevlm {

void PresetModel::Declare(CLI::App& app) {
  app.add_option("--preset", name_,
                 "a published model's true shape with random weights; NAME+OTHER: with the decoder "
                 "of another")
      ->type_name("NAME")
      ->excludes("--model");
  app.add_option("--type", type_, "of the preset's decoder, as for edgevlm quantize")
      ->type_name("TYPE")
      ->capture_default_str();
}

Result<Engine> LoadPreset(const std::string& name, const std::string& type,
                          const EngineOptions& options) {
  const Result<Preset> preset = FindPreset(name);
  if (!preset) return preset.error();
  const Result<FileType> file_type = ParseFileType(type);
  if (!file_type) return file_type.error();
  const PresetFiles files = MakePreset(*preset, *file_type);
  return Engine::Load(files.model, files.mmproj, options);
}

Result<Engine> PresetModel::Load(const ModelOptions& options) const {
  return WithNotes(LoadPreset(name_, type_, options.ForEngine()), options);
}

}  // namespace edgevlm
