#include "convert/huggingface/ggml_whisper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "convert/huggingface/openai_whisper.h"
#include "convert/testing/converted.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kMultilingual = 51'865, kTexts = 50'257;

// All bytes, then pairs of them.
std::vector<std::string> PairTexts() {
  std::vector<std::string> texts;
  for (int byte = 0; byte < 256; ++byte) texts.emplace_back(1, static_cast<char>(byte));
  for (int pair = 0; static_cast<int>(texts.size()) < kTexts - 1; ++pair) {
    texts.push_back({static_cast<char>(pair / 256), static_cast<char>(pair % 256)});
  }
  texts.emplace_back();  // Whisper's last one is empty
  return texts;
}

// Writes a Whisper of width 4, with one block on each side, as whisper.cpp has it.
class GgmlWriter {
 public:
  explicit GgmlWriter(const std::vector<std::string>& texts) {
    Add<std::uint32_t>(0x67676d6c);
    for (const int size : {kMultilingual, 10, 4, 2, 1, 6, 4, 2, 1, 3, 1}) Add(size);
    Add(3), Add(2);
    text_ += std::string(3 * 2 * sizeof(float), '\0');
    Add(static_cast<int>(texts.size()));
    for (const std::string& text : texts) {
      Add(static_cast<std::uint32_t>(text.size()));
      text_ += text;
    }
    head_bytes_ = text_.size();
    Tensor("encoder.positional_embedding", {10, 4}, 0);
    Tensor("encoder.conv1.weight", {4, 3, 3}, 1);
    Tensor("encoder.conv1.bias", {4, 1}, 0);
    Tensor("encoder.conv2.weight", {4, 4, 3}, 1);
    Tensor("encoder.conv2.bias", {4, 1}, 0);
    Module("encoder.ln_post", {4});
    Tensor("decoder.positional_embedding", {6, 4}, 0);
    Module("decoder.ln", {4});
    for (const std::string side : {"encoder", "decoder"}) AddBlock(side + ".blocks.0.", side);
  }

  // The largest one, so that it is last.
  std::string WithTokens() const {
    GgmlWriter whole = *this;
    whole.Tensor("decoder.token_embedding.weight", {kMultilingual, 4}, 1);
    return whole.text_;
  }
  const std::string& text() const { return text_; }
  std::size_t head_bytes() const { return head_bytes_; }

 private:
  template <class T>
  void Add(T value) {
    text_ += std::string(reinterpret_cast<const char*>(&value), sizeof(value));
  }

  void Tensor(const std::string& name, const std::vector<int>& shape, int type) {
    Add(static_cast<int>(shape.size())), Add(static_cast<int>(name.size())), Add(type);
    std::size_t values = 1;
    for (auto extent = shape.rbegin(); extent != shape.rend(); ++extent) {
      Add(*extent);
      values *= static_cast<std::size_t>(*extent);
    }
    text_ += name;
    for (std::size_t i = 0; i < values; ++i) {
      if (type == 0) {
        Add(static_cast<float>(i));
      } else {
        Add<std::uint16_t>(0x3C00);  // 1
      }
    }
  }
  void Module(const std::string& name, const std::vector<int>& shape) {
    Tensor(name + ".weight", shape, shape.size() == 1 ? 0 : 1);
    Tensor(name + ".bias", {shape[0]}, 0);
  }
  void AddAttention(const std::string& name) {
    for (const char* part : {"query", "value", "out"}) Module(name + "." + part, {4, 4});
    Tensor(name + ".key.weight", {4, 4}, 1);
    Module(name + "_ln", {4});
  }
  void AddBlock(const std::string& name, const std::string& side) {
    AddAttention(name + "attn");
    if (side == "decoder") AddAttention(name + "cross_attn");
    Module(name + "mlp.0", {16, 4});
    Module(name + "mlp.2", {4, 16});
    Module(name + "mlp_ln", {4});
  }

  std::string text_;
  std::size_t head_bytes_ = 0;
};

std::span<const std::byte> BytesOf(const std::string& text) {
  return std::as_bytes(std::span(text));
}

TEST(GgmlWhisper, IsConvertedWithItsVocabulary) {
  const TinyFolder folder;
  folder.Write("ggml-tiny.bin", GgmlWriter(PairTexts()).WithTokens());
  const auto files =
      ConvertFolder({.folder = folder.File("ggml-tiny.bin"), .path = folder.File("out.gguf")});
  ASSERT_TRUE(files) << files.error().message;
  const auto mapped = MappedFile::Open(files->front().path);
  const auto file = GgufFile::Parse(mapped->bytes());
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*file->Int(keys::ContextLength("whisper.audio")), 10);
  EXPECT_EQ(*file->Int(keys::ContextLength("whisper")), 6);
  EXPECT_EQ(*file->Int(keys::FeedForwardLength("whisper")), 16);
  EXPECT_EQ(*file->Int(keys::kWhisperMelBands), 3);
  const auto values = [&](const char* name) { return *ToFloats(*file->Tensor(name)); };
  EXPECT_EQ(values("a.conv1d.2.bias"), (std::vector<float>{0, 1, 2, 3}));
  EXPECT_EQ(values("blk.0.cross_attn_v.weight"), std::vector<float>(16, 1));
  EXPECT_EQ(values("position_embd.weight")[23], 23);
  const auto tokens =
      std::get<std::vector<std::string>>(file->Value(*file->FindKey(keys::kTokens)));
  ASSERT_EQ(tokens.size(), 51'865u);
  EXPECT_EQ(tokens['a'], "a");
  EXPECT_EQ(tokens[50'257], "<|endoftext|>");
  EXPECT_EQ(tokens[50'259], "<|en|>");
  EXPECT_EQ(tokens[50'359], "<|transcribe|>");
  EXPECT_EQ(tokens[50'363], "<|notimestamps|>");
}

TEST(GgmlWhisper, MergesAreThoseOfLowerRanks) {
  std::vector<std::string> texts = PairTexts();
  texts[50'000] = "abc";     // "ab" has a lower rank than "bc"
  texts[50'001] = "abcdef";  // not made of two texts
  const auto tables = WhisperTables(texts, kMultilingual);
  ASSERT_TRUE(tables) << tables.error().message;
  const auto count = [&](const std::string& merge) {
    return std::ranges::count(tables->merges, merge);
  };
  EXPECT_EQ(count("a b"), 1);
  EXPECT_EQ(count("ab c"), 1);
  EXPECT_EQ(count("a bc"), 0);
  // Each pair, and "abc".
  EXPECT_EQ(tables->merges.size(), 50'256u - 256 - 1);
  EXPECT_EQ(tables->types[50'256], PieceType::kUnused);
}

TEST(GgmlWhisper, TheEnglishModelsHaveATextLess) {
  std::vector<std::string> texts = PairTexts();
  texts.pop_back();
  const auto tables = WhisperTables(texts, 51'864);
  ASSERT_TRUE(tables) << tables.error().message;
  EXPECT_EQ(tables->tokens[50'256], "<|endoftext|>");
  EXPECT_EQ(tables->tokens[50'362], "<|notimestamps|>");
  EXPECT_EQ(WhisperTables(texts, 1000).error().code, ErrorCode::kUnsupported);
  texts.resize(1000);
  EXPECT_EQ(WhisperTables(texts, 51'864).error().message,
            "vocabulary: expected 50256 texts, found 1000");
}

TEST(GgmlWhisper, FilesCutAtEveryByte) {
  const GgmlWriter writer({"a", "b", "ab"});
  const std::string& whole = writer.text();
  int whole_tensors = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto model = ParseGgmlWhisper(BytesOf(whole.substr(0, size)));
    // Between two tensors a file may end; the conversion misses those that it needs.
    if (model) {
      ++whole_tensors;
    } else {
      EXPECT_TRUE(model.error().message.starts_with("ggml: ")) << model.error().message;
    }
  }
  const auto model = ParseGgmlWhisper(BytesOf(whole));
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(whole_tensors, static_cast<int>(model->tensors.size()));
}

TEST(GgmlWhisper, NamesWhatItCannotRead) {
  const GgmlWriter writer({"a"});
  const auto error_with = [&](std::size_t at, std::int32_t value) {
    std::string changed = writer.text();
    std::memcpy(&changed[at], &value, sizeof(value));
    const auto model = ParseGgmlWhisper(BytesOf(changed));
    return model ? "" : model.error().message;
  };
  EXPECT_THAT(error_with(0, 7), HasSubstr("expected its mark"));
  const std::size_t tensor = writer.head_bytes();
  EXPECT_THAT(error_with(tensor, 5), HasSubstr("expected 1 to 4 extents, found 5"));
  EXPECT_THAT(error_with(tensor + 4, 1 << 20), HasSubstr("bytes of a name: expected at most 256"));
  EXPECT_THAT(
      error_with(tensor + 8, 8),
      HasSubstr("tensor 'encoder.positional_embedding': expected float32 or float16 (type 0 "
                "or 1), found type 8"));
  EXPECT_THAT(error_with(tensor + 12, 1 << 30), HasSubstr("as many bytes as its shape needs"));
  EXPECT_THAT(error_with(tensor + 12, -1), HasSubstr("as many bytes as its shape needs"));
  EXPECT_THAT(error_with(tensor + 20, 'x'), HasSubstr("expected one of Whisper's"));
}

TEST(GgmlWhisper, OtherFilesAreNamed) {
  const TinyFolder folder;
  folder.Write("notes.txt", "hello");
  const auto files =
      ConvertFolder({.folder = folder.File("notes.txt"), .path = folder.File("out.gguf")});
  ASSERT_FALSE(files);
  EXPECT_THAT(files.error().message,
              HasSubstr("expected a folder, or a model of whisper.cpp (ggml)"));
}

}  // namespace
}  // namespace edgevlm
