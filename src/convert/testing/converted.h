// Converted: the files of a folder's conversion, read back. For tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mapped_file.h"
#include "convert/huggingface/convert.h"
#include "convert/testing/tiny_folder.h"
#include "gguf/reader.h"

namespace edgevlm {

// A folder, converted.
class Converted {
 public:
  explicit Converted(TinyFolder& folder, ConvertOptions options = {}) {
    folder.Save();
    options.folder = folder.path();
    options.path = folder.File("out.gguf");
    auto files = ConvertFolder(options);
    if (!files) {
      error_ = files.error().message;
      return;
    }
    files_ = *std::move(files);
    for (const ConvertedFile& file : files_) {
      mapped_.push_back(std::make_unique<MappedFile>(*MappedFile::Open(file.path)));
      auto parsed = GgufFile::Parse(mapped_.back()->bytes());
      EXPECT_TRUE(parsed) << parsed.error().message;
      parsed_.push_back(*std::move(parsed));
    }
  }

  const std::string& error() const { return error_; }
  const std::vector<ConvertedFile>& files() const { return files_; }
  const GgufFile& File(std::size_t index = 0) const { return parsed_.at(index); }

  std::vector<float> Values(const std::string& name, std::size_t index = 0) const {
    const auto view = File(index).Tensor(name);
    if (!view) return {};
    return *ToFloats(*view);
  }

 private:
  std::string error_;
  std::vector<ConvertedFile> files_;
  std::vector<std::unique_ptr<MappedFile>> mapped_;
  std::vector<GgufFile> parsed_;
};

}  // namespace edgevlm
