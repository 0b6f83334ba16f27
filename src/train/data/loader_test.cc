#include "train/data/loader.h"

#include <gtest/gtest.h>

#include "train/loop/options.h"
#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

const Glyphs& AllGlyphs() {
  static const Glyphs glyphs = [] {
    Result<Glyphs> loaded = Glyphs::Load({});
    CHECK(loaded.ok());
    return *std::move(loaded);
  }();
  return glyphs;
}

std::vector<Batch> BatchesOf(int threads, std::uint64_t first, int count) {
  const Tokenizer tokenizer = TinyTokenizer();
  SampleOptions options = TinySamples();
  options.length = 120;  // enough for texts letter by letter
  Loader loader(options, 2, kSeed, first, threads, AllGlyphs(), tokenizer);
  std::vector<Batch> batches;
  for (int i = 0; i < count; ++i) batches.push_back(loader.Next());
  return batches;
}

void ExpectEqual(const Batch& a, const Batch& b) {
  constexpr torch::Tensor Batch::*kFields[] = {
      &Batch::images, &Batch::cover, &Batch::color,     &Batch::digit,  &Batch::center,
      &Batch::box,    &Batch::ids,   &Batch::positions, &Batch::labels, &Batch::text_starts};
  for (std::size_t i = 0; i < std::size(kFields); ++i) {
    EXPECT_TRUE(torch::equal(a.*kFields[i], b.*kFields[i])) << "field " << i << " seed " << kSeed;
  }
  ASSERT_EQ(a.spans.size(), b.spans.size());
  for (std::size_t i = 0; i < a.spans.size(); ++i) {
    EXPECT_EQ(a.spans[i].size(), b.spans[i].size());
  }
}

TEST(Loader, GivesTheSameBatchesWhateverTheThreads) {
  const std::vector<Batch> one = BatchesOf(1, 0, 9);
  const std::vector<Batch> three = BatchesOf(3, 0, 9);  // more than the loader keeps ready
  for (std::size_t i = 0; i < one.size(); ++i) ExpectEqual(one[i], three[i]);
  for (std::size_t i = 1; i < one.size(); ++i) {
    EXPECT_FALSE(torch::equal(one[i].images, one[i - 1].images)) << "batch " << i;
  }
}

// A resumed run starts in the middle.
TEST(Loader, StartsAtAnyBatch) {
  ExpectEqual(BatchesOf(2, 4, 1).front(), BatchesOf(2, 0, 5).back());
}

TEST(Loader, EndsWithUnusedBatches) { BatchesOf(2, 0, 0); }

TEST(MakeSample, HasGridTargetsAndTextsOfItsImage) {
  for (const Batch& batch : BatchesOf(1, 0, 4)) {
    EXPECT_GT(batch.images.std().item<float>(), 0.05f);
    EXPECT_LE(batch.images.abs().max().item<float>(), 1.0f);
    for (const auto& spans : batch.spans) EXPECT_FALSE(spans.empty());
    // Cells that are covered have a name; a color goes with a cover.
    const torch::Tensor colored = batch.color >= 0;
    EXPECT_EQ((colored & (batch.cover == 0)).sum().item<int>(), 0);
    EXPECT_EQ(((batch.center == 0).unsqueeze(-1) & (batch.box != 0)).sum().item<int>(), 0);
  }
}

TEST(Stack, KeepsTheOrderOfSamples) {
  const SampleOptions options = TinySamples();
  const std::vector<Sample> samples = {TinySample(kSeed), TinySample(kSeed + 1)};
  const Batch batch = Stack(samples, options);
  EXPECT_EQ(batch.images.sizes(), (std::vector<std::int64_t>{2, 3, 32, 32}));
  EXPECT_TRUE(batch.images.is_contiguous(torch::MemoryFormat::ChannelsLast));
  EXPECT_EQ(batch.box.sizes(), (std::vector<std::int64_t>{2, 4, 4}));
  EXPECT_EQ(batch.text_starts.sizes(), (std::vector<std::int64_t>{2, 3, 20}));
  EXPECT_EQ(batch.text_starts.scalar_type(), torch::kInt32);
  for (int b = 0; b < 2; ++b) {
    const Sample& sample = samples[static_cast<std::size_t>(b)];
    const auto image = batch.images.accessor<float, 4>()[b];
    EXPECT_EQ(image[2][5][7], sample.pixels[(5 * 32 + 7) * 3 + 2]);
    const auto ids = batch.ids.accessor<std::int64_t, 3>()[b];
    const auto labels = batch.labels.accessor<std::int64_t, 3>()[b];
    const auto starts = batch.text_starts.accessor<std::int32_t, 3>()[b];
    const auto box = batch.box.accessor<float, 3>()[b];
    for (std::size_t i = 0; i < sample.texts.ids.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i) / 20, slot = static_cast<std::int64_t>(i) % 20;
      EXPECT_EQ(ids[row][slot], sample.texts.ids[i]);
      EXPECT_EQ(labels[row][slot], sample.texts.labels[i]);
      EXPECT_EQ(starts[row][slot], sample.texts.starts[i]);
    }
    EXPECT_EQ(box[3][1], sample.grid.box[3 * 4 + 1]);
    EXPECT_EQ(batch.spans[static_cast<std::size_t>(b)].size(), sample.texts.spans.size());
  }
}

}  // namespace
}  // namespace edgevlm::train
