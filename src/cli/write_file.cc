#include "cli/write_file.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "base/output_file.h"

namespace edgevlm {
namespace {

MaybeError WriteToDevice(const std::string& path, std::span<const std::byte> bytes) {
  const auto failed = [&path] {
    return Error{ErrorCode::kIo,
                 path + ": cannot be written: " + std::generic_category().message(errno)};
  };
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return failed();
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  if (std::fclose(file) != 0 || !written) return failed();
  return {};
}

bool HoldsModel(const std::string& path) {
  constexpr std::string_view kMagic = "GGUF";
  std::string begin(kMagic.size(), '\0');
  std::ifstream(path, std::ios::binary).read(begin.data(), static_cast<int>(begin.size()));
  return begin == kMagic;
}

}  // namespace

MaybeError CheckResultPath(const std::string& path, const std::string& input) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return {};
  if (std::filesystem::equivalent(path, input, ignored)) {
    return Error{ErrorCode::kInvalid,
                 path + ": expected another file than the one that is read, found the same"};
  }
  if (HoldsModel(path)) {
    return Error{ErrorCode::kInvalid, path + ": expected a file for results, found a model"};
  }
  return {};
}

MaybeError WriteFile(const std::string& path, std::span<const std::byte> bytes,
                     const std::string& input) {
  std::error_code ignored;
  if (std::filesystem::is_other(path, ignored)) return WriteToDevice(path, bytes);
  if (auto error = CheckResultPath(path, input)) return error;
  auto file = OutputFile::Create(path);
  if (!file) return file.error();
  if (auto error = file->Append(bytes)) return error;
  return file->Commit();
}

}  // namespace edgevlm
