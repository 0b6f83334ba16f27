// CollectImportance: an importance matrix from texts and images of the user's own.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "gguf/importance_matrix.h"

namespace edgevlm {

// A file in memory, with its name for messages.
struct NamedFile {
  std::string name;
  std::span<const std::byte> bytes;
};

struct ImportanceWork {
  // Called once. The engine must have these EngineOptions::activation_stats.
  std::function<Result<Engine>(ActivationStats& stats)> load;
  std::vector<NamedFile> texts = {};   // any bytes
  std::vector<NamedFile> images = {};  // JPEG, PNG, WebP or PPM
  std::string question = {};           // about each image; empty: a caption
  int window_tokens = 512;             // of a text; at least 2
  int max_windows = 1 << 20;           // of each text
  int reply_tokens = 32;               // at most, about each image
  // Called with the number of windows and images that were read, of the total; may be empty.
  std::function<void(int done, int total)> on_done = {};
};

// Reads each window of each text from an empty cache, and answers the question about each image, in
// float32, and sums the squares of what every matrix reads: of the vision encoder and projector
// too, where there are images. Errors: those of loading, of TextWindows::Cut and of Session::Ask,
// with the name of the file; kInvalid (neither texts nor images).
// Cost: a float32 pass of the model over all tokens.
Result<ImportanceMatrix> CollectImportance(const ImportanceWork& work);

}  // namespace edgevlm
