#include "catalog/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace edgevlm {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string LockPath(const std::string& folder) { return folder + "/.lock"; }

// False if the previous holder of the lock removed the file (which may exist again).
bool IsSameFile(int fd, const std::string& path) {
  struct stat held {};
  struct stat named {};
  return fstat(fd, &held) == 0 && stat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

}  // namespace

Result<std::string> ModelsFolder() {
  if (auto folder = Variable("EDGEVLM_MODELS"); !folder.empty()) return folder;
  if (auto data = Variable("XDG_DATA_HOME"); !data.empty()) return data + "/edgevlm/models";
  if (auto home = Variable("HOME"); !home.empty()) return home + "/.local/share/edgevlm/models";
  return Error{ErrorCode::kNotFound,
               "models: expected EDGEVLM_MODELS, XDG_DATA_HOME or HOME to be set, found none"};
}

std::string PathOf(const std::string& folder, const CatalogEntry& entry, const CatalogFile& file) {
  return folder + "/" + entry.name + "/" + file.name;
}

bool IsInstalled(const std::string& folder, const CatalogEntry& entry) {
  return std::all_of(entry.files.begin(), entry.files.end(), [&](const CatalogFile& file) {
    std::error_code failed;
    const std::uint64_t size = std::filesystem::file_size(PathOf(folder, entry, file), failed);
    return !failed && size > 0 && file.bytes.value_or(size) == size;
  });
}

Result<InstalledModel> FindInstalled(std::string_view name) {
  const auto catalog = LoadCatalog();
  if (!catalog) return catalog.error();
  const auto entry = FindEntry(*catalog, name);
  if (!entry) return entry.error();
  const auto folder = ModelsFolder();
  if (!folder) return folder.error();
  if (!IsInstalled(*folder, *entry)) {
    return Error{ErrorCode::kNotFound, "model '" + entry->name + "': not installed in " + *folder +
                                           ": edgevlm models pull " + entry->name};
  }
  InstalledModel installed{.model = PathOf(*folder, *entry, entry->files[0]), .mmproj = {}};
  const CatalogFile& last = entry->files.back();
  if (last.role == FileRole::kMmproj) installed.mmproj = PathOf(*folder, *entry, last);
  return installed;
}

Result<InstalledModel> FindModel(const std::string& given) {
  const InstalledModel file{.model = given, .mmproj = {}};
  std::error_code ignored;
  const auto status = std::filesystem::status(given, ignored);
  const bool exists = std::filesystem::exists(status);
  if (given.find('/') != std::string::npos) return file;
  if (exists && !std::filesystem::is_directory(status)) return file;
  const auto catalog = LoadCatalog();
  if (!catalog) return catalog.error();
  const auto entry = FindEntry(*catalog, given);
  if (entry) return FindInstalled(given);
  // Opening it gives the better error.
  if (exists || given.ends_with(".gguf")) return file;
  return Error{entry.error().code, given + ": no such file; " + entry.error().message};
}

Result<FolderLock> FolderLock::Acquire(const std::string& folder) {
  const std::string path = LockPath(folder);
  while (true) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) return Error{ErrorCode::kIo, folder + ": cannot be created: " + failed.message()};
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0) {
      return Error{ErrorCode::kIo,
                   path + ": cannot be written: " + std::generic_category().message(errno)};
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      close(fd);
      return Error{ErrorCode::kIo, folder + ": in use by another edgevlm process"};
    }
    if (IsSameFile(fd, path)) return FolderLock(folder, fd);
    close(fd);
  }
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : folder_(std::move(other.folder_)), fd_(std::exchange(other.fd_, -1)) {}

FolderLock::~FolderLock() {
  if (fd_ >= 0) close(fd_);
}

void FolderLock::RemoveFolder() {
  unlink(LockPath(folder_).c_str());
  rmdir(folder_.c_str());
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

}  // namespace edgevlm
