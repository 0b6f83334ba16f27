#include "convert/huggingface/family.h"

#include <filesystem>

#include "convert/huggingface/limits.h"
#include "gguf/value.h"

namespace edgevlm {
namespace {

const HuggingfaceFamily* const kFamilies[] = {
    &kLlamaFamily,    &kPhi3Family,     &kPhi3VFamily,         &kQwen2Family,
    &kGpt2Family,     &kLlavaFamily,    &kOriginalLlavaFamily, &kMobileVlmFamily,
    &kSmolVlmFamily,  &kSmolVlm2Family, &kGemma3TextFamily,    &kGemma3Family,
    &kInternVlFamily, &kQwen2VlFamily,  &kQwen25VlFamily,      &kQwen3VlFamily,
    &kOptFamily,      &kBlip2Family,    &kWhisperFamily,       &kQwen2AudioFamily,
    &kUltravoxFamily,
};

std::string FamilyNames() {
  std::string names;
  for (const HuggingfaceFamily* family : kFamilies) {
    names += (names.empty() ? "" : ", ") + std::string(family->name);
  }
  return names;
}

}  // namespace

Result<ModelFolder> OpenFolder(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) {
    auto checkpoint = Checkpoint::OpenFile(path);
    if (!checkpoint) return checkpoint.error();
    JsonObject config(*checkpoint->config(), path);
    return ModelFolder{path, std::move(config), *std::move(checkpoint)};
  }
  auto config = JsonObject::Read(path + "/config.json");
  if (!config) return config.error();
  auto checkpoint = Checkpoint::Open(path);
  if (!checkpoint) return checkpoint.error();
  const auto scheme = ReadPackedScheme(path, *config);
  if (!scheme) return scheme.error();
  if (checkpoint->config()) config = JsonObject(*checkpoint->config(), path + "/model.bin");
  if (*scheme) checkpoint->set_packed({**scheme});
  return ModelFolder{path, *std::move(config), *std::move(checkpoint)};
}

Result<const HuggingfaceFamily*> FindFamily(JsonObject& config) {
  const nlohmann::json* list = config.Find("architectures");
  // Some versions of transformers save it there only.
  if (list == nullptr) list = config.Find("text_config", "architectures");
  const bool is_list = list != nullptr && list->is_array() && !list->empty();
  const std::string name = is_list && list->front().is_string() ? list->front() : "";
  for (const HuggingfaceFamily* family : kFamilies) {
    if (family->name == name) return family;
  }
  return Error{ErrorCode::kUnsupported,
               config.where() + ": 'architectures': expected one of " + FamilyNames() + ", found " +
                   (name.empty() ? "none" : Printable(name, kMaxQuotedName))};
}

}  // namespace edgevlm
