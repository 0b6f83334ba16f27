// The images of a batch: those of folders, patterns and lists.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "base/result.h"

namespace edgevlm {

inline constexpr std::size_t kMaxPathBytes = 4095;
inline constexpr std::size_t kMaxListedImages = std::size_t{1} << 26;

struct ImageList {
  std::vector<std::string> images;    // each path once, in the order of the inputs
  std::int64_t duplicates = 0;        // left out
  std::vector<std::string> problems;  // one line for each folder that could not be read
};

// inputs: each is a folder, whose images and those of its subfolders are taken in the order of
// their paths (links to folders are not followed); an image file; a pattern such as "photos/*.jpg";
// "-", a list on standard input; or any other file, a list. What counts as an image in a folder is
// decided by the name: jpg, jpeg, png, webp, ppm. Errors, which name the input: kNotFound (also: a
// pattern that nothing matches), kIo, and those of ReadImageList.
Result<ImageList> ListImages(const std::vector<std::string>& inputs);

// Adds a list: one path per line, or, if there is a zero byte before the first end of a line, paths
// that end with zero bytes (find -print0). Empty lines are left out, and a CR before an end of a
// line. Errors: kCorrupt (a path with a zero byte, or longer than kMaxPathBytes: names the line),
// kTooLarge (over kMaxListedImages), kIo.
MaybeError ReadImageList(std::istream& in, const std::string& name,
                         std::vector<std::string>& images);

// Whether a file's name says that it is an image that can be read.
bool HasImageName(const std::string& path);

}  // namespace edgevlm
