// Where models lie on the disk: FOLDER/NAME/FILE, NAME as in the catalog.
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

// All files are there under their names and of the size that the catalog gives. Their content is
// not looked at: a download gets its name only after it was checked.
bool IsInstalled(const std::string& folder, const CatalogEntry& entry);

struct InstalledModel {
  std::string model;   // path; of a model in several files, of the first
  std::string mmproj;  // path; empty when the model has none
};

// The files of a model that `edgevlm models pull` brought, for `-m NAME`.
// Errors: kNotFound (no such name; known but not installed: the message says how), and those of
// LoadCatalog and ModelsFolder.
Result<InstalledModel> FindInstalled(std::string_view name);

// The files of what a user calls a model: the path of a file, or a name as for FindInstalled. A
// text with a slash is a path, and so is the name of something that exists, unless that is a folder
// and the catalog knows the name. Errors: as for FindInstalled; kNotFound for a text that is
// neither.
Result<InstalledModel> FindModel(const std::string& given);

// One process at a time works in a model's folder.
class FolderLock {
 public:
  // Makes the folder `path` and the ones above it, and holds its lock while the object lives; a
  // process that ends in any way lets go. Errors: kIo (another holds it; the folder can not be
  // made).
  static Result<FolderLock> Take(const std::string& path);

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

  // Lets go and removes the lock's file, then the folder if nothing else is in it.
  void RemoveFolder();

 private:
  FolderLock(std::string folder, int fd) : folder_(std::move(folder)), fd_(fd) {}

  std::string folder_;
  int fd_;
};

}  // namespace edgevlm
