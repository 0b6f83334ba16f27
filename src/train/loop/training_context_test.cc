#include "train/loop/training_context.h"

#include <gtest/gtest.h>

namespace edgevlm::train {
namespace {

constexpr int kCorpusScenes = 20;

TEST(TrainingContext, ANewModelHasRoomForTheLongestText) {
  TrainOptions options;
  options.image_side = 80;
  options.width = 32;
  options.blocks = 1;
  options.vocabulary = 400;
  options.text_tokens = 120;
  const auto context = NewTrainingContext(options, kCorpusScenes);
  ASSERT_TRUE(context.ok()) << context.error().message;
  const VlmShape& shape = (*context)->run.shape;
  const SampleOptions samples =
      SamplesFor(shape, (*context)->glyphs, Split::kTrain, Wording::kTrained);
  EXPECT_EQ(samples.length, 120);
  // Positions count from the image's tokens on.
  EXPECT_GE(shape.decoder.context, 5 * 5 + 120);

  // A batch of it has such rows, and no position beyond the context.
  Loader loader(samples, 1, 1, 0, 1, NthSample(**context, samples, 1));
  const Batch batch = loader.Next();
  EXPECT_EQ(batch.ids.size(2), 120);
  EXPECT_LT(batch.positions.max().item<std::int64_t>(), shape.decoder.context);
}

}  // namespace
}  // namespace edgevlm::train
