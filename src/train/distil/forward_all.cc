#include "train/distil/forward_all.h"

#include <algorithm>

namespace edgevlm::train {

AllStreams ForwardAll(Decoder& decoder, const torch::Tensor& cells, const torch::Tensor& ids,
                      const torch::Tensor& positions, const torch::Tensor& text_starts) {
  const DecoderShape& shape = decoder->shape;
  const PackedSizes sizes{.images = static_cast<int>(ids.size(0)),
                          .cells = static_cast<int>(cells.size(1)),
                          .rows = static_cast<int>(ids.size(1)),
                          .length = static_cast<int>(ids.size(2)),
                          .heads = shape.heads};
  const torch::Tensor cell_positions = decoder->position_embd->weight.narrow(0, 0, sizes.cells);
  const torch::Tensor text = decoder->token_embd(ids) + decoder->position_embd(positions);
  torch::Tensor x = torch::cat(
      {(cells + cell_positions).reshape({-1, shape.width}), text.reshape({-1, shape.width})});
  const auto text_rows = [&] { return x.narrow(0, sizes.CellRows(), ids.numel()); };
  const auto cell_rows = [&] { return x.narrow(0, 0, sizes.CellRows()); };
  AllStreams all;
  const std::size_t blocks = decoder->blocks.size();
  for (std::size_t i = 0; i < blocks; ++i) {
    if (i == blocks / 2) {
      all.streams.cells = cell_rows();
      all.streams.middle = text_rows();
    }
    if (i == blocks * 2 / 3) all.streams.late = text_rows();
    if (std::ranges::count(shape.exits, static_cast<int>(i)) > 0) {
      all.streams.exits.push_back(text_rows());
    }
    x = decoder->blocks[i](x, text_starts, sizes, Rows::kAll);
  }
  x = decoder->output_norm(x);
  all.streams.last = text_rows();
  all.cells = cell_rows();
  return all;
}

}  // namespace edgevlm::train
