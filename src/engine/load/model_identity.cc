#include "engine/load/model_identity.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/checked_copy.h"
#include "digest/sha256.h"

namespace edgevlm {
namespace {

constexpr std::size_t kPrefix = std::size_t{1} << 18;
constexpr std::size_t kSamples = 64;
constexpr std::size_t kSampleBytes = 4096;

void AddNumber(std::uint64_t number, Sha256& digest) {
  digest.Update(std::as_bytes(std::span(&number, 1)));
}

// The bytes may be in a file that is truncated meanwhile; loading it will fail with an error.
void AddBytes(std::span<const std::byte> bytes, Sha256& digest) {
  std::vector<std::byte> copy(bytes.size());
  if (CheckedCopy(bytes, copy.data())) digest.Update(copy);
}

void AddFile(std::span<const std::byte> file, Sha256& digest) {
  AddNumber(file.size(), digest);
  const std::size_t prefix = std::min(file.size(), kPrefix);
  AddBytes(file.first(prefix), digest);
  const std::span<const std::byte> rest = file.subspan(prefix);
  const std::size_t sample = std::min(rest.size(), kSampleBytes);
  for (std::size_t i = 0; i < kSamples && sample > 0; ++i) {
    AddBytes(rest.subspan((rest.size() - sample) / (kSamples - 1) * i, sample), digest);
  }
}

// A model without such a file is treated as having an empty one.
void AddParts(std::span<const std::span<const std::byte>> parts, Sha256& digest) {
  if (parts.empty()) AddFile({}, digest);
  for (const auto& part : parts) AddFile(part, digest);
}

}  // namespace

std::string ModelIdentity(std::span<const std::span<const std::byte>> gguf,
                          std::span<const std::span<const std::byte>> mmproj,
                          const EngineOptions& options) {
  Sha256 digest;
  AddParts(gguf, digest);
  AddParts(mmproj, digest);
  const VisionOptions& vision = options.vision;
  AddNumber(static_cast<std::uint64_t>(options.precision), digest);
  AddNumber(static_cast<std::uint64_t>(options.image_max_tokens), digest);
  AddNumber(static_cast<std::uint64_t>(options.image_min_tokens), digest);
  AddNumber(static_cast<std::uint64_t>(vision.merged_tokens), digest);
  AddNumber(static_cast<std::uint64_t>(vision.keep_tokens.value_or(0)), digest);
  AddNumber(static_cast<std::uint64_t>(vision.keep_by), digest);
  AddNumber(vision.keep_seed, digest);
  return digest.HexDigest();
}

}  // namespace edgevlm
