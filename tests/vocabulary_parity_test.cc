// Published vocabularies, with texts and the ids that llama.cpp assigns to them.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "base/testing/golden_files.h"
#include "tokenizer/chat_template.h"
#include "tokenizer/load_tokenizer.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The contents of a gzip file; empty if it cannot be read.
std::vector<std::byte> Unzipped(const std::string& path) {
  std::vector<std::byte> bytes;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return bytes;
  std::array<std::byte, 1 << 16> part;
  for (int size; (size = gzread(file, part.data(), part.size())) > 0;) {
    bytes.insert(bytes.end(), part.begin(), part.begin() + size);
  }
  gzclose(file);
  return bytes;
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

void CheckRandomTexts(const Tokenizer& tokenizer) {
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
    ASSERT_EQ(tokenizer.Decode(tokenizer.Encode(unicode)), unicode) << "round " << round;
    ASSERT_EQ(tokenizer.Decode(tokenizer.Encode(bytes)), bytes) << "round " << round;
  }
}

// A question about an image in a chat template, and the ids of its two halves, taken from the
// published tokenizers.
struct ChatIds {
  std::string_view vocabulary;
  std::string_view program;  // marks of a chat template
  std::vector<int> before_image;
  std::vector<int> after_image;
};

const ChatIds kChats[] = {
    {"llama-spm",
     "ASSISTANT:",
     {3148, 1001, 29901, 29871},                          // "USER: "
     {29871, 13, 10994, 319, 1799, 9047, 13566, 29901}},  // "\nHello ASSISTANT:"
    {"qwen2",
     "<|im_start|>",
     {151644, 872, 198},                        // "<|im_start|>user\n"
     {9707, 151645, 198, 151644, 77091, 198}},  // "Hello<|im_end|>\n..."
    {"llama-bpe",
     "<|start_header_id|><|end_header_id|>",
     {128006, 882, 128007, 271},                   // "...user...\n\n"
     {9906, 128009, 128006, 78191, 128007, 271}},  // "Hello<|eot_id|>..."
};

void CheckChat(const Tokenizer& tokenizer, std::string_view vocabulary) {
  for (const ChatIds& chat : kChats) {
    if (chat.vocabulary != vocabulary) continue;
    const auto chosen = ChooseChatTemplate("", chat.program, "</s>");
    ASSERT_TRUE(chosen) << chosen.error().message;
    const ChatMessage message = {ChatRole::kUser, {{.image = 0}, {.text = "Hello"}}};
    const std::vector<PromptPiece> pieces = WriteChat(*chosen, {&message, 1});
    const auto image = std::find_if(pieces.begin(), pieces.end(), [](const auto& piece) {
      return piece.kind == PromptPiece::Kind::kImage;
    });
    ASSERT_NE(image, pieces.end());
    EXPECT_EQ(tokenizer.EncodePieces({pieces.begin(), image}), chat.before_image);
    EXPECT_EQ(tokenizer.EncodePieces({image + 1, pieces.end()}), chat.after_image);
  }
}

class VocabularyParityTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    bytes_ = Unzipped(GoldenPath("vocab/" + std::string(GetParam()) + ".gguf.gz"));
    const auto file = GgufFile::Parse(bytes_);
    ASSERT_TRUE(file) << file.error().message;
    tokenizer_ = LoadTokenizer(*file);
    ASSERT_TRUE(*tokenizer_) << tokenizer_->error().message;
  }

  const Tokenizer& tokenizer() const { return **tokenizer_; }

  std::vector<std::byte> bytes_;
  std::optional<Result<Tokenizer>> tokenizer_;
};

// One test for all: reading a vocabulary takes longer than using it.
TEST_P(VocabularyParityTest, MatchesTheKnownIdsAndRoundTrips) {
  const std::string input = ReadAll(GoldenPath("vocab/texts.inp"));
  const std::vector<std::string> texts = SplitAt(input, "\n__ggml_vocab_test__\n");
  const std::vector<std::string> lines =
      SplitAt(ReadAll(GoldenPath("vocab/" + std::string(GetParam()) + ".out")), "\n");
  ASSERT_GT(texts.size(), 40u);
  ASSERT_EQ(lines.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::vector<int> ids = tokenizer().Encode(texts[i]);
    EXPECT_EQ(ids, ParseIds(lines[i])) << texts[i];
    EXPECT_EQ(tokenizer().Decode(ids), texts[i]);
  }
  CheckRandomTexts(tokenizer());
  CheckChat(tokenizer(), GetParam());
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
