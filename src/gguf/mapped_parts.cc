#include "gguf/mapped_parts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kSuffix = ".gguf";
constexpr std::string_view kOf = "-of-";
constexpr std::size_t kDigits = 5;

// A number of five digits; 0 if it is not one.
int NumberOf(std::string_view digits) {
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() && number > 0 ? number : 0;
}

Error Invalid(const std::string& path, const std::string& what) {
  return {ErrorCode::kInvalid, path + ": " + what};
}

// The number of parts that the first file declares; 1 for a whole model or a file that is not GGUF.
Result<int> CountParts(const MappedFile& file, const PartName& name, const std::string& path) {
  const Result<GgufFile> part = GgufFile::ParsePart(file.bytes());
  if (!part || !part->HasKey(keys::kSplitCount)) return 1;
  const Result<int> count = part->Int(keys::kSplitCount);
  if (!count) return count.error().In(path);
  if (*count <= 1) return 1;
  if (*count > GgufLimits::kParts) {
    return Error{ErrorCode::kTooLarge, path + ": expected at most " +
                                           std::to_string(GgufLimits::kParts) +
                                           " parts of a model, found " + std::to_string(*count)};
  }
  if (*count != name.count) {
    return Invalid(path, "expected a model in " + std::to_string(name.count) +
                             " parts, as its name says, found one in " + std::to_string(*count));
  }
  if (name.number != 1) {
    return Invalid(path, "part " + std::to_string(name.number) + " of " + std::to_string(*count) +
                             " of a model: expected the first, " + name.Of(1));
  }
  return *count;
}

}  // namespace

std::string PartName::Of(int other_number) const {
  std::array<char, 40> numbers;
  std::snprintf(numbers.data(), numbers.size(), "-%05d-of-%05d", other_number, count);
  return prefix + numbers.data() + std::string(kSuffix);
}

std::optional<PartName> ParsePartName(std::string_view path) {
  constexpr std::size_t kBytes = 1 + kDigits + kOf.size() + kDigits + kSuffix.size();
  if (path.size() <= kBytes || !path.ends_with(kSuffix)) return std::nullopt;
  const std::string_view end = path.substr(path.size() - kBytes);
  if (end[0] != '-' || end.substr(1 + kDigits, kOf.size()) != kOf) return std::nullopt;
  const PartName name{.prefix = std::string(path.substr(0, path.size() - kBytes)),
                      .number = NumberOf(end.substr(1, kDigits)),
                      .count = NumberOf(end.substr(1 + kDigits + kOf.size(), kDigits))};
  if (name.number == 0 || name.number > name.count) return std::nullopt;
  return name;
}

Result<MappedParts> MappedParts::Open(const std::string& path) {
  MappedParts parts;
  Result<MappedFile> first = MappedFile::Open(path);
  if (!first) return first.error();
  int count = 1;
  const std::optional<PartName> name = ParsePartName(path);
  if (name) {
    const Result<int> found = CountParts(*first, *name, path);
    if (!found) return found.error();
    count = *found;
  }
  parts.files_.push_back(*std::move(first));
  for (int number = 2; number <= count; ++number) {
    Result<MappedFile> file = MappedFile::Open(name->Of(number));
    if (!file) {
      return Error{file.error().code, file.error().message + " (part " + std::to_string(number) +
                                          " of " + std::to_string(count) + " of the model)"};
    }
    parts.files_.push_back(*std::move(file));
  }
  return parts;
}

std::vector<std::span<const std::byte>> MappedParts::bytes() const {
  std::vector<std::span<const std::byte>> bytes;
  for (const MappedFile& file : files_) bytes.push_back(file.bytes());
  return bytes;
}

void MappedParts::Forget(std::span<const std::byte> part) const {
  const auto found = std::ranges::find_if(files_, [&](const MappedFile& file) {
    const std::byte* begin = file.bytes().data();
    return begin <= part.data() && part.data() < begin + file.bytes().size();
  });
  if (found != files_.end()) found->Forget(part);
}

bool MappedParts::IsAt(const std::string& path) const {
  return std::ranges::any_of(files_, [&](const MappedFile& file) { return file.IsAt(path); });
}

MaybeError MappedParts::CheckUnchanged() const {
  for (const MappedFile& file : files_) {
    if (auto error = file.CheckUnchanged()) return error;
  }
  return std::nullopt;
}

}  // namespace edgevlm
