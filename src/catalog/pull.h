// Pull and Remove: install and uninstall the files of one model.
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
  // Called after each piece of a file. May be empty.
  std::function<void(const CatalogFile& file, std::uint64_t done, std::uint64_t total)> progress;
};

struct PulledFile {
  FileRole role = FileRole::kModel;
  std::string path;
  std::uint64_t bytes = 0;
  std::string sha256 = {};
  bool was_there = false;  // already installed and valid
};

// Downloads files that are missing or damaged, verifies them (VerifyFile), and only then gives them
// their names. Partial downloads are kept for the next call; corrupt ones are removed. The disk
// space is checked before the first byte. Errors: kInvalid (the license must be accepted; names it
// and its URL), kIo (also: another process pulls this model), kTooLarge, and those of Download and
// VerifyFile; the message of a failed download explains how to get the file by hand.
Result<std::vector<PulledFile>> Pull(const CatalogEntry& entry, const PullOptions& options);

// Removes the model's files, parts and digests, and its folder if that is then empty. Returns the
// removed files. Errors: kNotFound (nothing to remove), kIo.
Result<std::vector<std::string>> Remove(const CatalogEntry& entry, const std::string& folder);

}  // namespace edgevlm
