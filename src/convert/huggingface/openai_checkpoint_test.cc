// OpenAI's checkpoints: a small one that PyTorch wrote, and broken ones.
#include "convert/huggingface/openai_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/testing/golden_files.h"
#include "convert/huggingface/checkpoint.h"
#include "convert/huggingface/pickle.h"
#include "convert/testing/tiny_folder.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::span<const std::byte> BytesOfText(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string WholePt() {
  const MappedFile file = OpenGolden("whisper-parts.pt");
  const auto bytes = file.bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string PickleErrorOf(std::string_view text) {
  const auto pickle = Pickle::Parse(BytesOfText(text));
  return pickle ? "" : pickle.error().message;
}

TEST(OpenAiCheckpoint, HasItsSizesAndTensors) {
  const std::string file = WholePt();
  const auto model = ParseOpenAiWhisper(BytesOfText(file));
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->config["vocab_size"], 51'865);
  EXPECT_EQ(model->config["max_source_positions"], 10);
  EXPECT_EQ(model->config["decoder_layers"], 3);
  EXPECT_EQ(model->config["encoder_ffn_dim"], 32);
  EXPECT_EQ(model->vocabulary_file, "multilingual.tiktoken");
  ASSERT_EQ(model->tensors.size(), 4U);
  const auto values = [&](int i) {
    return *ToFloats(*ViewOf(model->tensors[static_cast<std::size_t>(i)]));
  };
  EXPECT_EQ(model->tensors[0].name, "model.encoder.embed_positions.weight");
  EXPECT_THAT(model->tensors[0].extents, ElementsAre(10, 8));
  EXPECT_EQ(values(0)[79], 79.0F / 8);
  EXPECT_EQ(model->tensors[1].name, "model.encoder.conv1.weight");
  EXPECT_EQ(model->tensors[1].dtype, "F32");
  EXPECT_EQ(values(1)[95], -95);
  // A part of a storage, and a parameter.
  EXPECT_THAT(values(2), ElementsAre(8, 9, 10, 11, 12, 13, 14, 15));
  EXPECT_EQ(model->tensors[3].dtype, "BF16");
  EXPECT_THAT(values(3), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(OpenAiCheckpoint, FilesCutAtEveryByteAreErrors) {
  const std::string whole = WholePt();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto model = ParseOpenAiWhisper(BytesOfText(std::string_view(whole).substr(0, size)));
    ASSERT_FALSE(model) << size;
    EXPECT_THAT(model.error().message, StartsWith("torch: ")) << size;
  }
}

// No change of a byte may do more than be an error, or another value.
TEST(OpenAiCheckpoint, ChangedBytesAreHarmless) {
  const std::string whole = WholePt();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char flipped : {'\x01', '\x80', '\xFF'}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ flipped);
      const auto model = ParseOpenAiWhisper(BytesOfText(changed));
      if (!model) {
        EXPECT_EQ(model.error().message.find('\n'), std::string::npos);
      }
    }
  }
}

TEST(Pickle, CallsNothing) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(PickleErrorOf("\x80\x02"
                          "cposix\nsystem\nX\x02\x00\x00\x00ls\x85R."sv),
            "pickle: expected a dictionary of tensors, found a call of posix.system");
  EXPECT_THAT(PickleErrorOf("i"), HasSubstr("expected an opcode of PyTorch's checkpoints"));
}

TEST(Pickle, BadProgramsAreErrors) {
  for (const char* text : {"", "}", ".", "R.", "t.", "}}u.", "(}u.", "K", "h\x01.", "}(NuR", "NQ",
                           "(", "(.", "Nq", "}(s.", "s", "a", "\x86", "q\x01"}) {
    EXPECT_THAT(PickleErrorOf(text), StartsWith("pickle: ")) << text;
  }
  const auto texts =
      Pickle::Parse(BytesOfText("}q\x01(\x8C\x01"
                                "ah\x01u."));
  ASSERT_TRUE(texts) << texts.error().message;
  // It contains itself.
  EXPECT_EQ(texts->Find(texts->root(), "a"), &texts->root());
  // Each round doubles a tuple.
  std::string bomb = ")";
  for (int i = 0; i < 40; ++i) bomb += "q\x01h\x01\x86";
  EXPECT_EQ(PickleErrorOf(bomb + "."), "");
  std::string many = "]";
  for (int i = 0; i < (1 << 20); ++i) many += "Na";
  EXPECT_THAT(PickleErrorOf(many + "."), HasSubstr("expected at most"));
}

TEST(OpenAiCheckpoint, TheVocabularyIsBesideIt) {
  const TinyFolder folder;
  folder.Write("tiny.pt", WholePt());
  const auto without = Checkpoint::OpenFile(folder.File("tiny.pt"));
  ASSERT_FALSE(without);
  EXPECT_THAT(without.error().message, HasSubstr("expected multilingual.tiktoken"));
  folder.Write("multilingual.tiktoken", "IQ== 0\nIg== 1\naGVsbG8= 2\n");
  const auto with = Checkpoint::OpenFile(folder.File("tiny.pt"));
  ASSERT_TRUE(with) << with.error().message;
  EXPECT_THAT(*with->texts(), ElementsAre("!", "\"", "hello"));
  for (const char* text : {"IQ==\n", "IQ== 1\n", "I*== 0\n", "IQ== 0 \n", "IQ== x\n"}) {
    EXPECT_FALSE(ParseTiktoken(text)) << text;
  }
}

}  // namespace
}  // namespace edgevlm
