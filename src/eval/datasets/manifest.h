// Manifest: what to run a model on, one row per question (format: docs/datasets.md).
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

enum class MediaType { kImage, kVideo, kAudio, kText };

// As the column "type" spells it: "image".
std::string_view NameOf(MediaType type);
std::optional<MediaType> FindMediaType(std::string_view name);

struct ManifestRow {
  std::string id = {};    // not empty, not twice in a manifest
  std::string path = {};  // as written; empty only for texts, whose text is then the question
  MediaType type = MediaType::kImage;
  std::string question = {};              // may be empty (describe, transcribe)
  std::vector<std::string> answers = {};  // each of them is right; empty: none is known
  std::vector<std::string> choices = {};  // of a multiple-choice question, without letters
  std::string category = {};              // groups scores
  std::string split = {};

  bool operator==(const ManifestRow&) const = default;
};

struct Manifest {
  std::string folder;             // to which paths are relative
  std::vector<ManifestRow> rows;  // at least one, in the order of the file
  std::vector<std::string> ignored_columns;

  // Where the row's file (or folder of frames) lies. REQUIRES: row.path not empty.
  std::string FileOf(const ManifestRow& row) const;
};

struct ManifestOptions {
  std::string media_folder = {};  // to which paths are relative; empty: the manifest's folder
  bool absolute_paths = true;     // may a path start with "/"?
  bool check_files = false;       // is a missing file an error? One file system call per row
  std::string split = {};         // only rows of this split; empty: all
  std::size_t limit = 0;          // only the first rows; 0: all
};

inline constexpr std::size_t kMaxManifestRows = 4'000'000;
inline constexpr std::size_t kMaxChoices = 26;

// Errors, each with the file and the line: kNotFound (no such file; with check_files, a row's),
// kCorrupt (those of CsvReader, a column or a value is missing, an id appears twice, a path leaves
// the folder, no row is left), kTooLarge, kInvalid (no row has this split), kIo.
Result<Manifest> ReadManifest(const std::string& path, const ManifestOptions& options = {});

// The same from a stream. name: for messages; folder: of the manifest.
Result<Manifest> ParseManifest(std::istream& in, const std::string& name, const std::string& folder,
                               const ManifestOptions& options = {});

// The index of the right choice. Nothing if there are no choices or the answer is not known.
// An answer is the letter of a choice, "A" for the first, or a choice's text.
std::optional<std::size_t> RightChoice(const ManifestRow& row);

// Whether the choices are as many as a manifest may have, and the answer is one of them. Errors:
// kCorrupt, names the column.
MaybeError CheckChoices(const ManifestRow& row);

// The letter of a choice: "A" for 0. REQUIRES: index < kMaxChoices.
std::string ChoiceLetter(std::size_t index);

// The manifest as a text, which ParseManifest reads back as it was.
std::string ManifestText(const std::vector<ManifestRow>& rows);

}  // namespace edgevlm
