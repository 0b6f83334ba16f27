#include "transcribe/text_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "kernels/argmax/argmax.h"
#include "tokenizer/load_tokenizer.h"
#include "transcribe/testing/tiny_whisper.h"
#include "transcribe/text_batch.h"
#include "transcribe/token_rules.h"

namespace edgevlm {
namespace {

// A model with random weights reads random features.
class TextDecoderTest : public ::testing::Test {
 protected:
  TextDecoderTest()
      : bytes_(TinyWhisper()),
        file_(*GgufFile::Parse(bytes_)),
        model_(*LoadWhisper(file_)),
        drafter_(*LoadWhisperDrafter(file_)),
        tokens_(*SpeechTokens::Find(*LoadTokenizer(file_), model_.decoder->shape().vocabulary)),
        features_(static_cast<std::size_t>(kRows * width())) {
    std::mt19937 random(5);
    for (float& v : features_) v = static_cast<float>(static_cast<double>(random()) * 0x1p-31 - 1);
  }

  static constexpr int kRows = 20;
  int width() const { return model_.decoder->shape().width; }
  View<const float> features() const { return {features_.data(), kRows, width()}; }

  // The most likely tokens after the start, and the logits that each was chosen from.
  struct Text {
    std::vector<int> tokens;
    std::vector<std::vector<float>> logits;
  };
  Text Read(TextDecoder& decoder, int most) const {
    Text text;
    std::span<float> logits = decoder.Add({&tokens_.start, 1});
    for (;;) {
      text.logits.emplace_back(logits.begin(), logits.end());
      ApplyTokenRules(tokens_, text.tokens, logits);
      text.tokens.push_back(ArgMax(logits));
      if (static_cast<int>(text.tokens.size()) == most) return text;
      logits = decoder.AddLast(text.tokens);
    }
  }

  std::vector<std::byte> bytes_;
  GgufFile file_;
  WhisperModel model_;
  std::unique_ptr<CrossDecoder> drafter_;
  SpeechTokens tokens_;
  std::vector<float> features_;
  ThreadPool pool_{2};
  const edgevlm::Run run_ = {.pool = pool_};
};

constexpr int kTokens = 40;

TEST_F(TextDecoderTest, DraftsChangeNoBit) {
  TextDecoder plain(model_, tokens_, run_), drafting(model_, tokens_, run_);
  drafting.UseDrafter(*drafter_);
  plain.ReadFeatures(features());
  const Text expected = Read(plain, kTokens);
  // Several times: how long drafts are depends on what passes have cost before.
  for (int round = 0; round < 5; ++round) {
    drafting.ReadFeatures(features());
    const Text found = Read(drafting, kTokens);
    EXPECT_EQ(found.tokens, expected.tokens);
    EXPECT_EQ(found.logits, expected.logits);
  }
}

// All that it guesses is by another model.
TEST_F(TextDecoderTest, WrongDraftsChangeNoBit) {
  TextDecoder plain(model_, tokens_, run_), drafting(model_, tokens_, run_);
  // Its embeddings are those of the next tokens.
  std::vector<std::byte> changed = bytes_;
  const auto embeddings = std::ranges::find(
      file_.tensors(), modules::Weight(modules::kTokenEmbedding), &GgufTensor::name);
  const auto part = std::span(changed).subspan(
      static_cast<std::size_t>(embeddings->view.bytes.data() - bytes_.data()),
      embeddings->view.bytes.size());
  const auto row = part.size() / static_cast<std::size_t>(embeddings->view.shape[0]);
  std::rotate(part.begin(), part.begin() + static_cast<std::ptrdiff_t>(row), part.end());
  const auto changed_file = GgufFile::Parse(changed);
  ASSERT_TRUE(changed_file);
  const auto drafter = LoadWhisperDrafter(*changed_file);
  ASSERT_TRUE(drafter);
  drafting.UseDrafter(**drafter);
  plain.ReadFeatures(features());
  drafting.ReadFeatures(features());
  EXPECT_EQ(Read(drafting, kTokens).logits, Read(plain, kTokens).logits);
}

TEST_F(TextDecoderTest, ATextCanBeCutAndContinued) {
  TextDecoder decoder(model_, tokens_, run_);
  decoder.UseDrafter(*drafter_);
  decoder.ReadFeatures(features());
  const Text all = Read(decoder, kTokens);
  for (const int kept : {0, 3, 10}) {
    decoder.TruncateTo(0);
    Read(decoder, kept + 2);
    decoder.TruncateTo(1 + kept);
    EXPECT_EQ(decoder.length(), 1 + kept);
    const std::span<float> logits =
        decoder.AddLast(std::span(all.tokens).first(static_cast<std::size_t>(kept) + 1));
    EXPECT_TRUE(std::ranges::equal(logits, all.logits[static_cast<std::size_t>(kept) + 1]));
  }
}

// The context ends within a draft.
TEST_F(TextDecoderTest, FillsTheContext) {
  TextDecoder decoder(model_, tokens_, run_);
  decoder.UseDrafter(*drafter_);
  decoder.ReadFeatures(features());
  Read(decoder, decoder.capacity());
  EXPECT_EQ(decoder.length(), decoder.capacity());
}

// What it guesses is what it would choose by itself, and another text is told apart.
TEST_F(TextDecoderTest, DrafterFollowsTheText) {
  CrossCache cross = model_.decoder->MakeCrossCache(kRows);
  Workspace workspace;
  model_.decoder->ReadFeatures(features(), cross, workspace, run_);
  TokenDrafter drafter(*drafter_, tokens_, run_);
  std::vector<int> text = {tokens_.start};
  const auto first = drafter.Propose(text, {}, 4, cross);
  const std::vector<int> guessed(first.begin(), first.end());
  ASSERT_FALSE(guessed.empty());
  text.insert(text.end(), guessed.begin(), guessed.begin() + 1);
  const auto rest = drafter.Propose(text, std::span(text).subspan(1), 3, cross);
  EXPECT_TRUE(std::ranges::equal(rest, std::span(guessed).subspan(1)));
  drafter.Restart();
  const auto again = drafter.Propose(std::span(text).first(1), {}, 4, cross);
  EXPECT_TRUE(std::ranges::equal(again, guessed));
}

// Each has the bits of a text alone, whichever others grow with it.
TEST_F(TextDecoderTest, TextsOfABatchGrowAsAlone) {
  TextDecoder prompt(model_, tokens_, run_), alone(model_, tokens_, run_);
  prompt.ReadFeatures(features());
  prompt.Add({&tokens_.start, 1});
  TextBatch batch(model_, 3, run_);
  batch.Start(prompt.cache(), 1);
  const std::vector<std::vector<int>> texts = {{5, 6, 7}, {8}, {9, 10}};
  for (std::size_t step = 0; step < 3; ++step) {
    std::vector<TextBatch::Token> added;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (step < texts[i].size()) added.push_back({static_cast<int>(i), texts[i][step]});
    }
    batch.Add(added, prompt.cross());
    for (std::size_t i = 0; i < added.size(); ++i) {
      alone.ReadFeatures(features());
      alone.Add({&tokens_.start, 1});
      const auto& text = texts[static_cast<std::size_t>(added[i].text)];
      const std::span<float> logits = alone.Add(std::span(text).first(step + 1));
      EXPECT_TRUE(std::ranges::equal(batch.Logits(static_cast<int>(i)), logits)) << step << i;
    }
  }
}

}  // namespace
}  // namespace edgevlm
