// Installed models on disk: FOLDER/NAME/FILE, with NAME from the catalog.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/catalog.h"

namespace edgevlm {

// $EDGEVLM_MODELS, else $XDG_DATA_HOME/edgevlm/models, else ~/.local/share/edgevlm/models.
// Errors: kNotFound (none of the three variables is set).
Result<std::string> ModelsFolder();

std::string PathOf(const std::string& folder, const CatalogEntry& entry, const CatalogFile& file);

// Whether all files exist with the size given in the catalog. Does not read them: a download gets
// its name only after it was verified.
bool IsInstalled(const std::string& folder, const CatalogEntry& entry);

struct InstalledModel {
  std::string model;   // path; of a model in several files, of the first
  std::string mmproj;  // path; empty if the model has none
};

// The files of a model installed by `edgevlm models pull`, for `-m NAME`.
// Errors: kNotFound (no such name; or not installed, with the command to install it), and those of
// LoadCatalog and ModelsFolder.
Result<InstalledModel> FindInstalled(std::string_view name);

// The files of the model that a user gives as a path or as a name. A text with a slash is a path,
// and so is the name of an existing file or folder, unless it is a folder and the catalog knows the
// name. Errors: as for FindInstalled; kNotFound for a text that is neither.
Result<InstalledModel> FindModel(const std::string& given);

// Lets one process at a time work in a model's folder.
class FolderLock {
 public:
  // Creates the folder `path` with its parents and locks it while the object lives; the system
  // releases the lock if the process dies. Errors: kIo (another process holds it; the folder cannot
  // be created).
  static Result<FolderLock> Acquire(const std::string& path);

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

  // Releases the lock and removes its file, then the folder if it is empty.
  void RemoveFolder();

 private:
  FolderLock(std::string folder, int fd) : folder_(std::move(folder)), fd_(fd) {}

  std::string folder_;
  int fd_;
};

}  // namespace edgevlm
