#include "real/real_model.h"

#include <cstdlib>
#include <filesystem>

namespace edgevlm {

std::optional<std::string> RealModel() {
  const char* const folder = std::getenv("EDGEVLM_REAL_MODELS");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  const std::filesystem::path path =
      std::filesystem::path(folder) / "SmolLM2-135M-Instruct.Q4_1.gguf";
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path.string();
}

}  // namespace edgevlm
