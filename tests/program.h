// Runs the edgevlm binary from tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace edgevlm {

struct Outcome {
  int exit_code = -1;  // -1: ended by a signal
  std::string output;
  std::string errors;

  // The number of lines in `errors`.
  long ErrorLines() const;
};

// Where standard output goes.
enum class Reader {
  kAll,        // into Outcome::output
  kNone,       // a pipe without a reader
  kFullDevice  // /dev/full
};

// Runs `edgevlm ARGUMENTS...`, the binary named by EDGEVLM_BINARY, with `input` on standard input.
Outcome RunEdgevlm(const std::vector<std::string>& arguments, std::string_view input = {},
                   Reader reader = Reader::kAll);

// The binary named by EDGEVLM_BINARY.
std::string BinaryPath();

// Whether it is compiled with sanitizers, which make it slow and its memory another.
bool IsSanitized();

// A file of the source tree, named by EDGEVLM_SOURCE; models/builtin.gguf there.
std::string SourcePath(std::string_view path);
std::string ModelPath();

// An image of examples/ of the source tree.
std::string ExampleImage(std::string_view name);

// A file of tests/data/, which its README.md describes.
std::string DataPath(std::string_view name);

// Images for tests: the bytes of a PPM file of two colored halves, of a PNG file of 4 x 4
// pixels, and of a PNG file whose header announces 60000 x 60000 pixels.
std::string PpmImage();
std::string PngImage();
std::string GiantPng();

// TestFolder: a temporary folder, removed in the destructor.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string Path(std::string_view name) const { return path_ + "/" + std::string(name); }
  // Writes a file and returns its path.
  std::string Write(std::string_view name, std::string_view bytes) const;

 private:
  std::string path_;
};

// Writes tiny-text.gguf with a context of 4096 tokens, and returns its path: the definitions of
// tools need more than its own 512.
std::string WriteLongText(const TestFolder& folder);

// All bytes of a file. The test fails if it cannot be read.
std::string ReadWholeFile(const std::string& path);

}  // namespace edgevlm
