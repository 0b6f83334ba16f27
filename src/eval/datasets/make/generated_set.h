// Data sets that are drawn and written from nothing, for experiments on a fresh machine.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "eval/datasets/manifest.h"

namespace edgevlm {

struct MakeOptions {
  std::string folder;      // media go below it; created if it is not there
  int count = 1;           // of images, texts or clips
  std::uint64_t seed = 0;  // the same options give the same bytes on every machine
  int side_pixels = 448;   // of images, which are square
  // Called after each file or clip with the number of those done.
  std::function<void(int done, int total)> on_done = [](int, int) {};
};

inline constexpr int kMaxGenerated = 100'000;

struct GeneratedSet {
  std::string_view name;  // on the command line
  std::string_view summary;
  int default_count;
  // Writes the media and returns the manifest's rows, whose paths are relative to the folder.
  // Errors: kIo.
  Result<std::vector<ManifestRow>> (*make)(const MakeOptions& options);
};

std::span<const GeneratedSet> GeneratedSets();

// nullptr if there is none of this name.
const GeneratedSet* FindGeneratedSet(std::string_view name);

// One of the sets each.
Result<std::vector<ManifestRow>> MakeScenes(const MakeOptions& options);
Result<std::vector<ManifestRow>> MakeCaptions(const MakeOptions& options);
Result<std::vector<ManifestRow>> MakePrompts(const MakeOptions& options);
Result<std::vector<ManifestRow>> MakeFrames(const MakeOptions& options);

}  // namespace edgevlm
