#include "catalog/verify.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "base/mapped_file.h"
#include "digest/sha256.h"
#include "gguf/reader.h"

namespace edgevlm {
namespace {

constexpr std::size_t kDigits = 64;

Error Wrong(const std::string& path, const std::string& why) {
  return Error{ErrorCode::kCorrupt, path + ": " + why};
}

MaybeError CheckSize(const std::string& path, const CatalogFile& file) {
  std::error_code failed;
  const std::uint64_t size = std::filesystem::file_size(path, failed);
  if (failed == std::errc::no_such_file_or_directory) {
    return Error{ErrorCode::kNotFound, path + ": no such file"};
  }
  if (failed) return Error{ErrorCode::kIo, path + ": cannot be read: " + failed.message()};
  if (size == 0) return Wrong(path, "expected a file with content, found an empty one");
  if (file.bytes && size != *file.bytes) {
    return Wrong(
        path, "expected " + std::to_string(*file.bytes) + " bytes, found " + std::to_string(size));
  }
  return {};
}

MaybeError CheckGguf(const std::string& path) {
  const auto mapped = MappedFile::Open(path);
  if (!mapped) return mapped.error();
  const auto parsed = GgufFile::ParsePart(mapped->bytes());
  if (!parsed) return Wrong(path, parsed.error().message);
  return {};
}

}  // namespace

Result<std::string> VerifyFile(const std::string& path, const CatalogFile& file,
                               const std::string& other_sha256) {
  if (auto error = CheckSize(path, file)) return *error;
  const std::string expected = file.sha256.value_or(other_sha256);
  if (expected.empty()) {
    if (auto error = CheckGguf(path)) return *error;
  }
  auto found = Sha256OfFile(path);
  if (found && !expected.empty() && *found != expected) {
    return Wrong(path, "expected SHA-256 " + expected + ", found " + *found);
  }
  return found;
}

std::string ReadDigest(const std::string& path) {
  std::FILE* file = std::fopen(DigestPath(path).c_str(), "rbe");
  if (file == nullptr) return {};
  std::array<char, kDigits> digits;
  const std::size_t size = std::fread(digits.data(), 1, digits.size(), file);
  std::fclose(file);
  const std::string text(digits.data(), size);
  const bool whole =
      size == kDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  return whole ? text : std::string();
}

MaybeError WriteDigest(const std::string& path, const std::string& sha256) {
  const std::string digest_path = DigestPath(path);
  const std::string line = sha256 + "  " + std::filesystem::path(path).filename().string() + "\n";
  std::FILE* file = std::fopen(digest_path.c_str(), "wbe");
  const bool written =
      file != nullptr && std::fwrite(line.data(), 1, line.size(), file) == line.size();
  if (file != nullptr && std::fclose(file) == 0 && written) return {};
  return Error{ErrorCode::kIo,
               digest_path + ": cannot be written: " + std::generic_category().message(errno)};
}

}  // namespace edgevlm
