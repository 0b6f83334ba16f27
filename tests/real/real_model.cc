#include "real/real_model.h"

#include <cstdlib>
#include <filesystem>

namespace edgevlm {
namespace {

std::optional<std::string> RealFile(const char* name) {
  const char* const folder = std::getenv("EDGEVLM_REAL_MODELS");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  const std::filesystem::path path = std::filesystem::path(folder) / name;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path.string();
}

}  // namespace

std::optional<std::string> RealModel() { return RealFile("SmolLM2-135M-Instruct.Q4_1.gguf"); }

std::optional<std::string> RealGemma() { return RealFile("gemma-3-270m.Q4_K_M.gguf"); }

std::optional<std::string> RealEncoder() { return RealFile("whisper-base.ct2.bin"); }

std::optional<std::string> RealSpeechTokenizer() { return RealFile("whisper-base.tokenizer.json"); }

}  // namespace edgevlm
