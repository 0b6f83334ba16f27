// What training minimizes.
#pragma once

#include <vector>

#include "train/data/sample.h"
#include "train/model/vlm.h"
#include "train/torch.h"

namespace edgevlm::train {

// Scalars.
struct Losses {
  torch::Tensor total;
  double cover = 0, center = 0, place = 0, color = 0, digit = 0;  // of the grid heads
  double text = 0;        // mean cross-entropy of a reply's token, in nats
  double name = 0;        // mean cross-entropy of a covered cell's name, in nats
  double mention = 0;     // of what a name in a text means: is it there, in which column and row
  double order = 0;       // of which of two things lies further right, and further down
  double number = 0;      // of which of several equal things covers a cell
  double exit = 0;        // mean cross-entropy of a reply's token at the early exits, in nats
  double text_right = 0;  // share of reply tokens that are the most likely ones
};

// The grid heads' loss on what the vision encoder sees.
torch::Tensor GridLoss(const GridGuess& guess, const Batch& batch, Losses& losses);

// Image tokens should speak the decoder's language: the token of a cell that a thing covers is
// asked, through the output matrix, for the thing's name. Then a word in a question and the cells
// that show it are alike from the first block on, and attention finds one by the other.
//   cells       [B, P, D], the image tokens
//   name_ids    [1 + things] int64: the first token of each name, -1 for nothing
torch::Tensor NameLoss(Decoder& decoder, const torch::Tensor& cells, const Batch& batch,
                       const torch::Tensor& name_ids, Losses& losses);

// Half-way through the decoder, the last token of a name should know whether the image has what
// it means, and where: an answer is one bit or two, a place is seven, and every question that
// compares things begins with finding them.
//   stream      [B*M*L, D], Streams::middle
torch::Tensor MentionLoss(Vlm& model, const torch::Tensor& stream, const Batch& batch,
                          Losses& losses);

// Two thirds through the decoder, the second of two names in a text should know on which side of
// the first thing its own one lies: "yes" and "no" alone teach that very slowly.
//   stream      [B*M*L, D], Streams::late
torch::Tensor OrderLoss(Vlm& model, const torch::Tensor& stream, const Batch& batch,
                        Losses& losses);

// Half-way through the decoder, a covered cell should know how many things equal to its own there
// are up to it: "two candles and a moon" needs the number of each, and the words alone teach mostly
// which numbers there are.
//   stream      [B*P, D], Streams::cells
torch::Tensor NumberLoss(Vlm& model, const torch::Tensor& stream, const Batch& batch,
                         Losses& losses);

// Early exits (LayerSkip: Elhoushi et al., ACL 2024): what stands in the residual stream after some
// of the blocks is asked for the next token too, through the last norm and the output matrix. Later
// exits count more, by the number of blocks that their signal can reach: e (e + 1) / 2 after e.
//   streams     [B*M*L, D] each, Streams::exits
torch::Tensor ExitLoss(Decoder& decoder, const std::vector<torch::Tensor>& streams,
                       const Batch& batch, Losses& losses);

// The decoder's loss on the replies: hidden [B*M*L, D] from the decoder.
torch::Tensor TextLoss(Decoder& decoder, const torch::Tensor& hidden, const Batch& batch,
                       Losses& losses);

}  // namespace edgevlm::train
