// Pull and Remove: the files of one model, onto the disk and off it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

namespace edgevlm {

struct PullOptions {
  std::string folder;  // of all models; see ModelsFolder
  bool accept_license = false;
  bool allow_http = false;
  int stall_timeout_ms = 30'000;
  int attempts = 4;
  int retry_wait_ms = 1000;
  // Called with every piece of a file. May be empty.
  std::function<void(const CatalogFile& file, std::uint64_t done, std::uint64_t total)> progress;
};

struct PulledFile {
  FileRole role = FileRole::kModel;
  std::string path;
  std::uint64_t bytes = 0;
  std::string sha256 = {};
  bool was_there = false;  // and right, so nothing was downloaded
};

// Downloads what is missing or wrong, checks it (VerifyFile), and only then gives it its name. What
// can be gone on with stays for the next call; what turns out wrong is removed. The room on the
// disk is checked before the first byte. Errors: kInvalid (the license must be accepted: names it
// and its address), kIo (also: another process pulls this model), kTooLarge, and those of Download
// and VerifyFile; a failed download says how to get the file by hand.
Result<std::vector<PulledFile>> Pull(const CatalogEntry& entry, const PullOptions& options);

// Removes the model's files, parts and digests, and its folder if nothing else is in it. Returns
// what was removed. Errors: kNotFound (nothing is there), kIo.
Result<std::vector<std::string>> Remove(const CatalogEntry& entry, const std::string& folder);

}  // namespace edgevlm
