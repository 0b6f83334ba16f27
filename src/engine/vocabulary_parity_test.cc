// Tokenizers that other programs made, with texts and the ids that llama.cpp gives them. They are
// not part of the repository: the folder is $EDGEVLM_SHARED, or `shared` beside the repository.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "engine/load_tokenizer.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

std::filesystem::path VocabularyFolder() {
  if (const char* shared = std::getenv("EDGEVLM_SHARED")) {
    return std::filesystem::path(shared) / "parity" / "vocab";
  }
  const char* source = std::getenv("EDGEVLM_SOURCE");  // set by ctest
  const auto repository = std::filesystem::absolute(source == nullptr ? "." : source);
  return repository.parent_path() / "shared" / "parity" / "vocab";
}

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> SplitAt(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find(separator, begin)) != std::string::npos;) {
    parts.push_back(text.substr(begin, end - begin));
    begin = end + separator.size();
  }
  if (begin < text.size()) parts.push_back(text.substr(begin));
  return parts;
}

std::vector<int> ParseIds(const std::string& line) {
  std::istringstream stream(line);
  std::vector<int> ids;
  for (int id; stream >> id;) ids.push_back(id);
  return ids;
}

class VocabularyParityTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    path_ = VocabularyFolder() / ("ggml-vocab-" + std::string(GetParam()) + ".gguf");
    if (!std::filesystem::exists(path_)) {
      GTEST_SKIP() << "no file " << path_ << "; set EDGEVLM_SHARED";
    }
    mapped_ = MappedFile::Open(path_.string());
    ASSERT_TRUE(*mapped_) << mapped_->error().message;
    const auto file = GgufFile::Parse((*mapped_)->bytes());
    ASSERT_TRUE(file) << file.error().message;
    tokenizer_ = LoadTokenizer(*file);
    ASSERT_TRUE(*tokenizer_) << tokenizer_->error().message;
  }

  const Tokenizer& tokenizer() const { return **tokenizer_; }

  std::filesystem::path path_;
  std::optional<Result<MappedFile>> mapped_;
  std::optional<Result<Tokenizer>> tokenizer_;
};

TEST_P(VocabularyParityTest, EveryTextHasTheIdsOfLlamaCpp) {
  const std::string input = ReadAll(path_.string() + ".inp");
  const std::vector<std::string> texts = SplitAt(input, "\n__ggml_vocab_test__\n");
  const std::vector<std::string> lines = SplitAt(ReadAll(path_.string() + ".out"), "\n");
  ASSERT_GT(texts.size(), 40u);
  ASSERT_EQ(lines.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::vector<int> ids = tokenizer().Encode(texts[i]);
    EXPECT_EQ(ids, ParseIds(lines[i])) << texts[i];
    EXPECT_EQ(tokenizer().Decode(ids), texts[i]);
  }
}

TEST_P(VocabularyParityTest, RandomUnicodeAndRandomBytesComeBack) {
  std::mt19937_64 rng(37);
  for (int round = 0; round < 300; ++round) {
    std::string unicode;
    std::string bytes;
    for (int i = 0; i < 40; ++i) {
      constexpr char32_t kPlanes[] = {0x80, 0x800, 0x3000, 0x10000, 0x110000};
      const auto point = static_cast<char32_t>(rng() % kPlanes[rng() % std::size(kPlanes)]);
      const bool surrogate = 0xD800 <= point && point <= 0xDFFF;
      if (!surrogate && point != 0x2581) AppendCodePoint(point, unicode);
      bytes += static_cast<char>(rng() % 256);
    }
    ASSERT_EQ(tokenizer().Decode(tokenizer().Encode(unicode)), unicode) << "round " << round;
    ASSERT_EQ(tokenizer().Decode(tokenizer().Encode(bytes)), bytes) << "round " << round;
  }
}

INSTANTIATE_TEST_SUITE_P(All, VocabularyParityTest,
                         ::testing::Values("gpt-2", "llama-bpe", "llama-spm", "phi-3", "qwen2"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace edgevlm
