// Data sets in the layouts in which their authors publish them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "eval/datasets/manifest.h"

namespace edgevlm {

// Where a set's media lie, below the folder that a user has downloaded it to.
struct MediaPlaces {
  std::vector<std::string> folders;     // "" is the folder itself
  std::vector<std::string> prefixes;    // of file names
  std::vector<std::string> extensions;  // with their dot; "" if row.path has one
};

struct PublishedRows {
  std::vector<ManifestRow> rows;  // path: the name of the file, without prefix and extension
  MediaPlaces places;
};

// A folder with the files of a set.
class SetFolder {
 public:
  explicit SetFolder(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }

  // The first of these files that exists; an error names them all. Errors: kNotFound.
  Result<std::string> Find(const std::vector<std::string>& names) const;

 private:
  std::string path_;
};

struct PublishedSet {
  std::string_view name;   // on the command line
  std::string_view title;  // its authors' name
  std::string_view page;   // from where it is downloaded
  std::string_view files;  // what is needed and where it goes; ends with a newline
  std::span<const std::string_view> splits;  // the first one is the default
  // Reads the rows of a split; media are not looked at. Errors: kNotFound (of the set's files),
  // and those of their formats, with the file's name.
  Result<PublishedRows> (*read)(const SetFolder& folder, const std::string& split);
};

// In alphabetical order.
std::span<const PublishedSet> PublishedSets();

// nullptr if there is none of this name.
const PublishedSet* FindPublishedSet(std::string_view name);

// One of the sets each.
Result<PublishedRows> ReadActivityNetQa(const SetFolder& folder, const std::string& split);
Result<PublishedRows> ReadAudioCaps(const SetFolder& folder, const std::string& split);
Result<PublishedRows> ReadCocoCaptions(const SetFolder& folder, const std::string& split);
Result<PublishedRows> ReadLlavaInstruct(const SetFolder& folder, const std::string& split);
Result<PublishedRows> ReadPope(const SetFolder& folder, const std::string& split);
Result<PublishedRows> ReadTextVqa(const SetFolder& folder, const std::string& split);
Result<PublishedRows> ReadVideoMme(const SetFolder& folder, const std::string& split);
Result<PublishedRows> ReadVqaV2(const SetFolder& folder, const std::string& split);

// Files of LLaVA's form: an array of conversations, each with an image, in which a question and its
// answer become a row; earlier turns are not part of it. path: of the image, as written; those
// without one are left out. Errors: kNotFound, and those of ReadJsonArray.
Result<std::vector<ManifestRow>> ReadConversations(const std::string& path);

// Files of COCO's form: an array of images and one of captions. The captions of an image become one
// row. Errors: the same.
Result<std::vector<ManifestRow>> ReadCocoFile(const std::string& path);

}  // namespace edgevlm
