#include "decode/batch.h"

#include <gtest/gtest.h>

#include "model/families.h"
#include "model/testing/batch.h"
#include "model/testing/tiny_model.h"

namespace edgevlm {
namespace {

constexpr int kVocabulary = 31;
static_assert(TinyModel::kContext > Batch::kChunkRows, "nothing would be cut into chunks");
constexpr int kPositions = TinyModel::kContext;

class BatchTest : public ::testing::Test {
 protected:
  BatchTest() {
    const std::vector<std::byte> bytes = TinyModel(kVocabulary).ToBytes();
    const Result<GgufFile> file = GgufFile::Parse(bytes);
    CHECK(file.ok());
    auto decoder = LoadDecoder(*file);
    CHECK(decoder.ok());
    decoder_ = *std::move(decoder);
  }

  std::vector<float> Add(Sequence& sequence, std::span<const int> tokens, int logits_rows) {
    Buffer logits(logits_rows, kVocabulary);
    const Input input = {.tokens = tokens};
    Batch(*decoder_).AddAll(sequence, {&input, 1}, logits.view(), {.pool = pool_});
    return logits.values;
  }

  std::unique_ptr<Decoder> decoder_;
  ThreadPool pool_{1};
};

TEST_F(BatchTest, ChunksEqualOneTokenAtATime) {
  const std::vector<int> tokens = RandomTokens(TinyModel::kContext, kVocabulary, 1);
  Sequence chunks(*decoder_, kPositions), steps(*decoder_, kPositions);
  const std::vector<float> all = Add(chunks, tokens, TinyModel::kContext);
  std::vector<float> expected;
  for (const int& token : tokens) {
    const std::vector<float> row = Add(steps, {&token, 1}, 1);
    expected.insert(expected.end(), row.begin(), row.end());
  }
  EXPECT_EQ(all, expected);
  EXPECT_EQ(chunks.remaining(), 0);
}

TEST_F(BatchTest, LastRowsOverAChunkBorder) {
  const std::vector<int> tokens = RandomTokens(300, kVocabulary, 2);
  Sequence one(*decoder_, kPositions), two(*decoder_, kPositions);
  const std::vector<float> all = Add(one, tokens, 300);
  for (const int rows : {0, 1, 44, 45, 100}) {
    two.TruncateTo(0);
    EXPECT_EQ(Add(two, tokens, rows),
              std::vector<float>(all.end() - std::ptrdiff_t{rows} * kVocabulary, all.end()))
        << rows << " rows";
  }
}

TEST_F(BatchTest, TokensAndEmbeddingsInAnyOrder) {
  const std::vector<int> tokens = RandomTokens(290, kVocabulary, 3);
  const TinyModel model(kVocabulary);
  std::vector<float> embeddings;
  for (const auto& row : ReferenceEmbeddings(model, tokens)) {
    embeddings.insert(embeddings.end(), row.begin(), row.end());
  }
  const View<const float> as_rows(embeddings.data(), 290, TinyModel::kWidth);
  const std::span<const int> ids = tokens;
  const Input inputs[] = {{.tokens = ids.first(3)},
                          {.embeddings = as_rows.Rows(3, 270)},
                          {},
                          {.tokens = ids.subspan(273)}};
  Sequence mixed(*decoder_, kPositions), plain(*decoder_, kPositions);
  Buffer logits(20, kVocabulary);
  Batch(*decoder_).AddAll(mixed, inputs, logits.view(), {.pool = pool_});
  EXPECT_EQ(logits.values, Add(plain, tokens, 20));
}

TEST_F(BatchTest, CutBackAndGoneOnEqualsFresh) {
  const std::vector<int> tokens = RandomTokens(30, kVocabulary, 4);
  const std::vector<int> other = RandomTokens(10, kVocabulary, 5);
  Sequence cut(*decoder_, kPositions), fresh(*decoder_, kPositions);
  Add(cut, tokens, 0);
  cut.TruncateTo(12);
  Add(fresh, std::span(tokens).first(12), 0);
  EXPECT_EQ(Add(cut, other, 10), Add(fresh, other, 10));
}

}  // namespace
}  // namespace edgevlm
