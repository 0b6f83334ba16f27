// Generations whose image tokens attend to each other: the image goes through the decoder in one
// pass, and nothing else depends on how prompts are cut.
#include <gtest/gtest.h>

#include "decode/batch_decoder.h"
#include "decode/testing/byte_model.h"
#include "model/testing/batch.h"
#include "model/testing/tiny_gemma3.h"

namespace edgevlm {
namespace {

constexpr int kImageRows = 40;

class BidirectionalTest : public ::testing::Test {
 protected:
  static std::unique_ptr<const Decoder> LoadDecoderOf(const TinyFile& tiny) {
    const std::vector<std::byte> bytes = tiny.ToBytes();
    auto decoder = LoadDecoder(*GgufFile::Parse(bytes));
    CHECK(decoder.ok());
    return *std::move(decoder);
  }

  // Tokens around an image, whose tokens see each other or not.
  std::vector<Input> Prompt(bool sees_itself) const {
    const std::span<const int> ids = tokens_;
    return {{.tokens = ids.first(9)},
            {.embeddings = {image_.data(), kImageRows, TinyGemma3::kWidth},
             .is_bidirectional = sees_itself},
            {.tokens = ids.last(6)}};
  }

  // The tokens of a reply, beside another one.
  std::vector<int> Reply(int max_prompt_rows, bool sees_itself = true, int threads = 1) {
    ThreadPool pool(threads);
    Sequence own(*decoder_, 200), other(*decoder_, 200);
    const TextSide text_side = {.tokenizer = tokenizer_, .ends = {}};
    Generation generation(own, Prompt(sees_itself), text_side, options_, {});
    Generation beside(other, Prompt(sees_itself), text_side, options_, {});
    Generation* const generations[] = {&beside, &generation};
    BatchDecoder batch_decoder(*decoder_);
    while (!generation.finished() || !beside.finished()) {
      batch_decoder.Step(generations, max_prompt_rows, edgevlm::Run{.pool = pool});
    }
    std::vector<int> tokens = generation.MoveResult().tokens;
    EXPECT_EQ(beside.MoveResult().tokens, tokens);
    return tokens;
  }

  const Tokenizer tokenizer_ = ByteTokenizer();
  const TinyGemma3 model_{kBytes};
  const std::unique_ptr<const Decoder> decoder_ = LoadDecoderOf(model_);
  const std::vector<int> tokens_ = RandomTokens(15, kBytes, 2);
  const std::vector<float> image_ = [] {
    TinyFile random(9);
    random.AddTensor("image", {kImageRows, TinyGemma3::kWidth}, 0, 3.0f, DType::kF32);
    return random.Values("image");
  }();
  const DecodeOptions options_ = {.max_tokens = 20, .temperature = 3, .seed = 5};
};

TEST_F(BidirectionalTest, RepliesDoNotDependOnHowPromptsAreCut) {
  const std::vector<int> expected = Reply(256);
  for (const int max_prompt_rows : {1, 7, 10, 39, 40, 60}) {
    EXPECT_EQ(Reply(max_prompt_rows, true, 2), expected) << max_prompt_rows;
  }
  EXPECT_NE(Reply(256, false), expected) << "a causal image is something else";
}

TEST_F(BidirectionalTest, AnImageIsOnePassWhateverTheLimit) {
  const std::vector<Input> inputs = Prompt(true);
  InputCursor cursor(inputs);
  EXPECT_EQ(cursor.Next(5).rows(), 5);
  EXPECT_EQ(cursor.Next(50).rows(), 4);
  EXPECT_EQ(cursor.Next(3).rows(), kImageRows);
  EXPECT_EQ(cursor.rows(), 6);
}

}  // namespace
}  // namespace edgevlm
