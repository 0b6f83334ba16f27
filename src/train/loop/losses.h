// The training losses.
#pragma once

#include <vector>

#include "train/data/sample.h"
#include "train/distil/distillation.h"
#include "train/model/vlm.h"
#include "train/torch.h"

namespace edgevlm::train {

// Scalar losses of one batch, total and parts.
struct Losses {
  torch::Tensor total;
  double cover = 0, center = 0, box = 0, color = 0, digit = 0;  // of the grid heads
  double reading = 0, pointer = 0;                              // the same
  double text = 0;     // mean cross-entropy of a reply's token, in nats
  double name = 0;     // mean cross-entropy of a covered cell's name, in nats
  double mention = 0;  // mean over mentions: presence of the thing, and its column and row
  double order = 0;   // mean over pairs of mentions: which thing is further right, and further down
  double number = 0;  // mean over covered cells: which of several equal things covers it
  double exit = 0;    // mean cross-entropy of a reply's token at the early exits, in nats
  double text_right = 0;  // fraction of reply tokens that are the argmax
  DistilLosses distil;
};

// The loss of the grid heads, on the vision encoder's features.
torch::Tensor GridLoss(const GridPredictions& predicted, const Batch& batch, Losses& losses);

// Aligns image tokens with the token embedding: from the image token of a cell that a thing covers,
// the output matrix must predict the thing's name. A word in a question is then similar to the
// cells that show it from the first block on, so attention can match them.
//   cells       [B, P, D], the image tokens
//   name_ids    [1 + things] int64: the first token of each name; -1 for no thing
torch::Tensor NameLoss(Decoder& decoder, const torch::Tensor& cells, const Batch& batch,
                       const torch::Tensor& name_ids, Losses& losses);

// Half-way through the decoder, the last token of a name must predict whether the image contains
// the thing, and where. An answer is only one or two bits of supervision, a location about seven,
// and every question that compares things requires locating them first.
//   stream      [B*M*L, D], ResidualStreams::middle
torch::Tensor MentionLoss(Vlm& model, const torch::Tensor& stream, const Batch& batch,
                          Losses& losses);

// After two thirds of the decoder, the second of two names in a text must predict on which side of
// the first thing its own thing lies. From "yes" and "no" alone this is learned very slowly.
//   stream      [B*M*L, D], ResidualStreams::late
torch::Tensor OrderLoss(Vlm& model, const torch::Tensor& stream, const Batch& batch,
                        Losses& losses);

// Half-way through the decoder, a covered cell must predict how many things equal to its own there
// are up to this cell. "two candles and a moon" needs the count of each, and the texts alone mostly
// teach which numbers exist.
//   stream      [B*P, D], ResidualStreams::cells
torch::Tensor NumberLoss(Vlm& model, const torch::Tensor& stream, const Batch& batch,
                         Losses& losses);

// Early exits (LayerSkip: Elhoushi et al., ACL 2024): the residual stream after some of the blocks
// must also predict the next token, through the last norm and the output matrix. An exit after e
// blocks has the weight e (e + 1) / 2, so later exits, whose gradient reaches more blocks, count
// more.
//   streams     [B*M*L, D] each, ResidualStreams::exits
torch::Tensor ExitLoss(Decoder& decoder, const std::vector<torch::Tensor>& streams,
                       const Batch& batch, Losses& losses);

// The decoder's loss on the replies: hidden [B*M*L, D] from the decoder.
torch::Tensor TextLoss(Decoder& decoder, const torch::Tensor& hidden, const Batch& batch,
                       Losses& losses);

}  // namespace edgevlm::train
