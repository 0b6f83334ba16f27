#include "catalog/pull.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "catalog/download.h"
#include "catalog/folder.h"
#include "catalog/verify.h"

namespace edgevlm {
namespace {

std::uint64_t SizeOf(const std::string& path) {
  std::error_code failed;
  const std::uint64_t size = std::filesystem::file_size(path, failed);
  return failed ? 0 : size;
}

// For all files together, so that the second one does not fail after hours of downloading the
// first.
MaybeError CheckDiskSpace(const CatalogEntry& entry, const std::string& folder) {
  std::uint64_t wanted = 0;
  for (const CatalogFile& file : entry.files) {
    const std::string path = PathOf(folder, entry, file);
    const std::uint64_t there = SizeOf(path) + SizeOf(PartFile::PartPath(path));
    if (file.bytes && *file.bytes > there) wanted += *file.bytes - there;
  }
  std::error_code failed;
  const auto space = std::filesystem::space(folder, failed);
  if (failed || space.available >= wanted) return {};
  return Error{ErrorCode::kTooLarge, folder + ": " + std::to_string(wanted >> 20) +
                                         " MiB are needed for " + entry.name + ", the disk has " +
                                         std::to_string(space.available >> 20) + " MiB left"};
}

// Adds what the user can do when the network fails.
Error WithAdvice(const Error& error, const CatalogEntry& entry, const CatalogFile& file,
                 const PartFile& part) {
  if (error.code != ErrorCode::kIo) return error;
  if (part.size() > 0) {
    return Error{error.code, error.message + "; " + std::to_string(part.size()) +
                                 " bytes are kept, the same command resumes there"};
  }
  return Error{error.code, error.message + "; by hand: curl -L -o '" + part.path() + "' '" +
                               file.url + "', then edgevlm models verify " + entry.name};
}

Result<PulledFile> PullFile(const CatalogEntry& entry, const CatalogFile& file,
                            const PullOptions& options) {
  PulledFile pulled{.role = file.role, .path = PathOf(options.folder, entry, file)};
  if (auto there = VerifyFile(pulled.path, file, ReadDigest(pulled.path))) {
    pulled.bytes = SizeOf(pulled.path);
    pulled.sha256 = *std::move(there);
    pulled.was_there = true;
    return pulled;
  }
  auto part = PartFile::Open(pulled.path);
  if (!part) return part.error();
  DownloadOptions download{.url = file.url,
                           .bytes = file.bytes,
                           .allow_http = options.allow_http,
                           .stall_timeout_ms = options.stall_timeout_ms,
                           .attempts = options.attempts,
                           .retry_wait_ms = options.retry_wait_ms,
                           .progress = {}};
  if (options.progress) {
    download.progress = [&](std::uint64_t done, std::uint64_t total) {
      options.progress(file, done, total);
    };
  }
  const auto downloaded = Download(download, *part);
  if (!downloaded) return WithAdvice(downloaded.error(), entry, file, *part);
  if (auto error = part->Sync()) return *error;
  auto sha256 = VerifyFile(PartFile::PartPath(pulled.path), file, downloaded->host_sha256);
  if (!sha256) {
    if (sha256.error().code != ErrorCode::kCorrupt) return sha256.error();
    part->Remove();
    return Error{ErrorCode::kCorrupt, sha256.error().message + " (removed)"};
  }
  pulled.bytes = part->size();
  pulled.sha256 = *std::move(sha256);
  if (auto error = WriteDigest(pulled.path, pulled.sha256)) return *error;
  if (auto error = part->Commit()) return *error;
  return pulled;
}

}  // namespace

Result<std::vector<PulledFile>> Pull(const CatalogEntry& entry, const PullOptions& options) {
  if (entry.must_accept && !options.accept_license) {
    return Error{ErrorCode::kInvalid, "model '" + entry.name + "': read its license, " +
                                          entry.license + " (" + entry.license_url +
                                          "), and accept it with --accept-license"};
  }
  const auto lock = FolderLock::Acquire(options.folder + "/" + entry.name);
  if (!lock) return lock.error();
  if (auto error = CheckDiskSpace(entry, options.folder)) return *error;
  std::vector<PulledFile> pulled;
  for (const CatalogFile& file : entry.files) {
    auto one = PullFile(entry, file, options);
    if (!one) return one.error();
    pulled.push_back(*std::move(one));
  }
  return pulled;
}

Result<std::vector<std::string>> Remove(const CatalogEntry& entry, const std::string& folder) {
  const std::string model_folder = folder + "/" + entry.name;
  const Error nothing{ErrorCode::kNotFound,
                      "model '" + entry.name + "': nothing to remove in " + folder};
  std::error_code failed;
  if (!std::filesystem::is_directory(model_folder, failed)) return nothing;
  auto lock = FolderLock::Acquire(model_folder);
  if (!lock) return lock.error();
  std::vector<std::string> removed;
  for (const CatalogFile& file : entry.files) {
    const std::string path = PathOf(folder, entry, file);
    for (const std::string& name :
         {path, PartFile::PartPath(path), PartFile::EtagPath(path), DigestPath(path)}) {
      if (std::filesystem::remove(name, failed)) removed.push_back(name);
      if (failed) return Error{ErrorCode::kIo, name + ": cannot be removed: " + failed.message()};
    }
  }
  lock->RemoveFolder();
  if (removed.empty()) return nothing;
  return removed;
}

}  // namespace edgevlm
