// Makes manifests of data sets that a user has downloaded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "eval/datasets/published_set.h"

namespace edgevlm {

struct PrepareOptions {
  std::string folder = {};           // with the set's files
  std::string split = {};            // empty: the set's first one
  std::string manifest_folder = {};  // paths are relative to it where media lie inside
  std::size_t max_samples = 0;       // 0: all
  std::uint64_t seed = 0;            // of the choice of samples
  bool allow_missing = false;        // are rows whose media are missing left out, or an error?
};

struct Prepared {
  std::vector<ManifestRow> rows;
  std::string split;
  std::size_t published_rows = 0;  // of the split, before any were left out
  std::size_t missing_rows = 0;    // whose media are missing
  std::size_t missing_media = 0;
};

// Samples are drawn without replacement, each row with the same probability (not by category), and
// stay in the order of the set. The same files, options and seed give the same rows on every
// machine. Memory: that of all rows of the split. Errors: kInvalid (no such split), kNotFound (of
// files; of media without allow_missing, or of all media), and those of the set's files.
Result<Prepared> PrepareManifest(const PublishedSet& set, const PrepareOptions& options);

// Chooses `count` of the rows, as above. Fewer rows stay as they are.
void KeepSamples(std::size_t count, std::uint64_t seed, std::vector<ManifestRow>& rows);

}  // namespace edgevlm
