#include "eval/datasets/make/media_folder.h"

#include <filesystem>
#include <system_error>

namespace edgevlm {

std::string SixDigits(int number) {
  const std::string digits = std::to_string(number);
  constexpr std::size_t kDigits = 6;
  return digits.size() >= kDigits ? digits : std::string(kDigits - digits.size(), '0') + digits;
}

MaybeError CreateMediaFolder(const std::string& folder, const std::string& name) {
  const std::filesystem::path path = std::filesystem::path(folder) / name;
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (!failure) return {};
  return Error{ErrorCode::kIo, path.string() + ": cannot be created: " + failure.message()};
}

}  // namespace edgevlm
