// Files that other programs wrote.
#include <gtest/gtest.h>

#include <string>

#include "base/testing/golden_files.h"
#include "gguf/names.h"
#include "gguf/reader.h"

namespace edgevlm {
namespace {

TEST(GgufParity, FilesOfOtherProgramsCanBeRead) {
  for (const char* name :
       {"tiny-llama-f16.gguf", "tiny-llama-Q4_K_M.gguf", "tiny-ldpv2-f16.gguf"}) {
    SCOPED_TRACE(name);
    const MappedFile mapped = OpenGolden(name);
    const auto file = GgufFile::Parse(mapped.bytes());
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_TRUE(file->String(keys::kArchitecture));
    EXPECT_GT(file->keys().size(), 10u);
    EXPECT_GT(file->tensors().size(), 30u);
    for (const GgufTensor& tensor : file->tensors()) {
      EXPECT_TRUE(ToFloats(tensor.view)) << tensor.name;
    }
  }
}

}  // namespace
}  // namespace edgevlm
