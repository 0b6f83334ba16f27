#include "train/model/decoder.h"

#include <gtest/gtest.h>

#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

// Two images with rows of several texts each, and a decoder with weights large enough that every
// token matters.
class DecoderTest : public ::testing::Test {
 protected:
  DecoderTest() : decoder_(TinyModel(kSeed)->decoder), batch_(TinyBatch(2, kSeed)) {
    const torch::NoGradGuard no_grad;
    for (const torch::Tensor& parameter : decoder_->parameters()) {
      if (parameter.dim() == 2) parameter.normal_(0.0, 0.3);
    }
    cells_ = torch::randn({2, 4, decoder_->shape.width});
  }

  // [B, M, L, V]
  torch::Tensor Logits(const torch::Tensor& cells, const torch::Tensor& ids) {
    const torch::NoGradGuard no_grad;
    const torch::Tensor hidden =
        decoder_->forward(cells, ids, batch_.positions, batch_.text_starts).last;
    return decoder_->Logits(hidden).view({2, ids.size(1), ids.size(2), -1});
  }

  // Whether the logits at this token are the same in both.
  static bool Same(const torch::Tensor& a, const torch::Tensor& b, int image, int row, int slot) {
    return torch::equal(a[image][row][slot], b[image][row][slot]);
  }

  Decoder decoder_;
  Batch batch_;
  torch::Tensor cells_;
};

TEST_F(DecoderTest, PackedTextsEqualSeparateTexts) {
  const torch::Tensor packed = Logits(cells_, batch_.ids);
  for (int b = 0; b < 2; ++b) {
    for (const TokenSpan& span : batch_.spans[static_cast<std::size_t>(b)]) {
      const auto cut = [&](const torch::Tensor& x) {
        return x[b][span.row].slice(0, span.begin, span.end).view({1, 1, -1}).contiguous();
      };
      const torch::Tensor ids = cut(batch_.ids);
      const torch::Tensor positions = 4 + torch::arange(ids.size(2)).view_as(ids);
      const torch::NoGradGuard no_grad;
      const torch::Tensor alone =
          decoder_->Logits(decoder_
                               ->forward(cells_.narrow(0, b, 1).contiguous(), ids, positions,
                                         torch::zeros(ids.sizes(), torch::kInt32))
                               .last);
      const torch::Tensor inside =
          packed[b][span.row].slice(0, span.begin, span.end).view_as(alone);
      const double difference = (inside - alone).abs().max().item<double>();
      // The same sums in another order, over at most 64 terms, through two blocks.
      const double scale = alone.abs().max().item<double>();
      EXPECT_LT(difference, 64 * 1.2e-7 * 8 * scale) << "text " << span.kind << " seed " << kSeed;
    }
  }
}

// Only a token itself and later tokens of its text attend to it, not the token before, whose label
// it is.
TEST_F(DecoderTest, ATokenAffectsOnlyLaterTokensOfItsText) {
  const torch::Tensor before = Logits(cells_, batch_.ids);
  const TokenSpan changed_text = batch_.spans[1][3];
  for (int slot = changed_text.begin; slot < changed_text.end; ++slot) {
    torch::Tensor ids = batch_.ids.clone();
    auto id = ids.accessor<std::int64_t, 3>()[1][changed_text.row];
    id[slot] = (id[slot] + 7) % decoder_->shape.vocabulary;
    const torch::Tensor after = Logits(cells_, ids);
    for (int b = 0; b < 2; ++b) {
      for (int row = 0; row < ids.size(1); ++row) {
        for (int i = 0; i < ids.size(2); ++i) {
          const bool follows =
              b == 1 && row == changed_text.row && i >= slot && i < changed_text.end;
          EXPECT_EQ(Same(before, after, b, row, i), !follows)
              << "slot " << slot << " changed; image " << b << " row " << row << " slot " << i;
        }
      }
    }
  }
}

// The label at a position is the next token. If it were the token itself, predicting would be
// copying, and any model would look perfect.
TEST_F(DecoderTest, NoTokenAttendsToItsLabel) {
  const torch::Tensor before = Logits(cells_, batch_.ids);
  const auto labels = batch_.labels.accessor<std::int64_t, 3>();
  int checked = 0;
  for (int b = 0; b < 2; ++b) {
    for (const TokenSpan& span : batch_.spans[static_cast<std::size_t>(b)]) {
      for (int i = span.begin; i + 1 < span.end; ++i) {
        if (labels[b][span.row][i] < 0) continue;
        torch::Tensor ids = batch_.ids.clone();
        auto id = ids.accessor<std::int64_t, 3>()[b][span.row];
        ASSERT_EQ(labels[b][span.row][i], id[i + 1]);
        id[i + 1] = (id[i + 1] + 1) % decoder_->shape.vocabulary;
        EXPECT_TRUE(Same(before, Logits(cells_, ids), b, span.row, i));
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 20);
}

// The logits at an exit are those of a decoder with fewer blocks.
TEST_F(DecoderTest, AnExitIsTheEndOfAShorterDecoder) {
  const torch::NoGradGuard no_grad;
  DecoderShape shape = decoder_->shape;
  ASSERT_EQ(shape.exits, std::vector<int>{1});
  shape.blocks = 1;
  shape.exits = {};
  Decoder shorter(shape);
  const auto weights = decoder_->named_parameters();
  for (auto& named : shorter->named_parameters()) named.value().copy_(weights[named.key()]);
  const auto run = [&](Decoder& decoder) {
    return decoder->forward(cells_, batch_.ids, batch_.positions, batch_.text_starts);
  };
  const torch::Tensor expected = shorter->Logits(run(shorter).last);
  const torch::Tensor found = decoder_->ExitLogits(run(decoder_).exits.at(0));
  EXPECT_TRUE(torch::allclose(found, expected, 1e-4, 1e-4)) << "seed " << kSeed;
}

TEST_F(DecoderTest, RowsOfImageTokensChangeNoOthers) {
  Vlm model = TinyModel(kSeed);
  const torch::NoGradGuard no_grad;
  model->eval();
  const torch::Tensor cells = model->Project(model->EncodeImages(batch_.images));
  const auto run = [&](Rows rows) {
    return model->decoder->forward(cells, batch_.ids, batch_.positions, batch_.text_starts, rows);
  };
  const ResidualStreams expected = run(Rows::kText), all = run(Rows::kAll);
  // The same products; rows are only computed together with others.
  constexpr double kError = 64 * kFloatEpsilon;
  EXPECT_LT(GreatestDifference(all.last, expected.last), kError);
  EXPECT_LT(GreatestDifference(all.middle, expected.middle), kError);
  EXPECT_LT(GreatestDifference(all.late, expected.late), kError);
  EXPECT_LT(GreatestDifference(all.cells, expected.cells), kError);
  ASSERT_EQ(all.exits.size(), expected.exits.size());
  EXPECT_EQ(all.last_cells.sizes(), (torch::IntArrayRef{2 * 4, model->shape.decoder.width}));
  EXPECT_FALSE(expected.last_cells.defined());
}

TEST_F(DecoderTest, TextsAttendToEveryCellOfTheirImage) {
  const torch::Tensor before = Logits(cells_, batch_.ids);
  for (int cell = 0; cell < 4; ++cell) {
    torch::Tensor cells = cells_.clone();
    cells[0][cell] += 1;
    const torch::Tensor after = Logits(cells, batch_.ids);
    for (const TokenSpan& span : batch_.spans[0]) {
      EXPECT_FALSE(Same(before, after, 0, span.row, span.begin)) << "cell " << cell;
    }
    EXPECT_TRUE(torch::equal(before[1], after[1])) << "cell " << cell;
  }
}

// The same for gradients: the loss at one position has no gradient for later tokens.
TEST_F(DecoderTest, GradientsFlowBackwardsOnly) {
  const TokenSpan span = batch_.spans[0][0];
  const int middle = (span.begin + span.end) / 2;
  torch::Tensor cells = cells_.clone().requires_grad_();
  const torch::Tensor hidden =
      decoder_->forward(cells, batch_.ids, batch_.positions, batch_.text_starts).last;
  const torch::Tensor rows = hidden.view({2, batch_.ids.size(1), batch_.ids.size(2), -1});
  rows[0][span.row][middle][0].backward();
  EXPECT_GT(cells.grad()[0].abs().min().item<double>(), 0);
  EXPECT_EQ(cells.grad()[1].abs().max().item<double>(), 0);
  const torch::Tensor positions = decoder_->position_embd->weight.grad().abs().sum(1);
  for (int i = 0; i < 4 + span.end - span.begin; ++i) {
    EXPECT_EQ(positions[i].item<double>() > 0, i <= 4 + middle - span.begin) << "position " << i;
  }
}

}  // namespace
}  // namespace edgevlm::train
