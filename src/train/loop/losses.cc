#include "train/loop/losses.h"

#include <algorithm>
#include <cstdint>

#include "train/torch.h"

namespace edgevlm::train {
namespace {

namespace F = torch::nn::functional;

// Most cells are empty and would dominate the loss: the losses of occupied and of empty cells are
// averaged separately, and the second one gets this weight.
constexpr double kEmptyWeight = 0.5;

torch::Tensor CrossEntropy(const torch::Tensor& logits, const torch::Tensor& targets) {
  return F::cross_entropy(logits, targets,
                          F::CrossEntropyFuncOptions().reduction(torch::kNone).ignore_index(-1));
}

torch::Tensor MeanWhere(const torch::Tensor& values, const torch::Tensor& where) {
  return (values * where).sum() / where.sum().clamp_min(1.0);
}

double AtLeastOne(std::int64_t count) {
  return static_cast<double>(std::max<std::int64_t>(count, 1));
}

torch::Tensor Balanced(const torch::Tensor& values, const torch::Tensor& something) {
  const torch::Tensor where = something.to(torch::kFloat32);
  return MeanWhere(values, where) + kEmptyWeight * MeanWhere(values, 1.0 - where);
}

// The tokens of a batch that contribute to the loss.
struct Replies {
  explicit Replies(const Batch& batch) {
    const torch::Tensor labels = batch.labels.flatten();
    at = (labels >= 0).nonzero().squeeze(1);
    wanted = labels.index_select(0, at);
    weights = batch.weights.flatten().index_select(0, at);
  }

  torch::Tensor at;       // [R] index of the preceding token, in B*M*L
  torch::Tensor wanted;   // [R] its label
  torch::Tensor weights;  // [R] loss weights
};

}  // namespace

torch::Tensor GridLoss(const GridPredictions& predicted, const Batch& batch, Losses& losses) {
  const auto cells = [](const torch::Tensor& x) { return x.flatten(0, 2); };  // [B*P, channels]
  const torch::Tensor cover = batch.cover.flatten(), digit = batch.digit.flatten();
  const torch::Tensor color = batch.color.flatten(), center = batch.center.flatten();

  const torch::Tensor cover_loss = Balanced(CrossEntropy(cells(predicted.cover), cover), cover > 0);
  const torch::Tensor digit_loss = Balanced(CrossEntropy(cells(predicted.digit), digit), digit > 0);
  const torch::Tensor center_loss =
      Balanced(F::binary_cross_entropy_with_logits(
                   cells(predicted.center).squeeze(1), center,
                   F::BinaryCrossEntropyWithLogitsFuncOptions().reduction(torch::kNone)),
               center > 0);
  const torch::Tensor box_loss =
      MeanWhere((cells(predicted.box) - batch.box.flatten(0, 1)).abs().sum(1), center);
  const torch::Tensor reading = batch.reading.flatten();
  const torch::Tensor reading_logits = cells(predicted.reading).view({reading.size(0), -1});
  const torch::Tensor reading_loss =
      MeanWhere(CrossEntropy(reading_logits, reading), (reading >= 0).to(torch::kFloat32));
  const torch::Tensor pointers = batch.pointers.flatten(0, 1);
  const torch::Tensor pointer_loss = MeanWhere((cells(predicted.pointers) - pointers).abs().sum(1),
                                               (pointers != 0).any(1).to(torch::kFloat32));
  const torch::Tensor color_loss =
      MeanWhere(CrossEntropy(cells(predicted.color), color), (color >= 0).to(torch::kFloat32));

  losses.cover = cover_loss.item<double>();
  losses.digit = digit_loss.item<double>();
  losses.center = center_loss.item<double>();
  losses.box = box_loss.item<double>();
  losses.reading = reading_loss.item<double>();
  losses.pointer = pointer_loss.item<double>();
  losses.color = color_loss.item<double>();
  return cover_loss + digit_loss + center_loss + box_loss + reading_loss + pointer_loss +
         color_loss;
}

torch::Tensor NameLoss(Decoder& decoder, const torch::Tensor& cells, const Batch& batch,
                       const torch::Tensor& name_ids, Losses& losses) {
  const torch::Tensor cover = batch.cover.flatten();
  const torch::Tensor covered = (cover > 0).nonzero().squeeze(1);
  const torch::Tensor names = name_ids.index_select(0, cover.index_select(0, covered));
  // Only the direction matters: longer image tokens would drown their position embeddings.
  const torch::Tensor tokens = cells.flatten(0, 1).index_select(0, covered);
  const torch::Tensor logits = decoder->Logits(torch::layer_norm(tokens, {tokens.size(1)}));
  // If no cell is covered, the mean would be NaN and destroy the weights.
  const torch::Tensor loss = CrossEntropy(logits, names).sum() / AtLeastOne(names.size(0));
  losses.name = loss.item<double>();
  return loss;
}

torch::Tensor MentionLoss(Vlm& model, const torch::Tensor& stream, const Batch& batch,
                          Losses& losses) {
  const torch::Tensor mentions = batch.mentions.flatten();
  const torch::Tensor at = (mentions >= 0).nonzero().squeeze(1);
  const torch::Tensor target = mentions.index_select(0, at);  // 0 if absent, else 1 + cell
  const MentionPredictions predicted = model->PredictMentions(stream.index_select(0, at));
  const torch::Tensor present = (target > 0).to(torch::kFloat32);
  const torch::Tensor presence = F::binary_cross_entropy_with_logits(
      predicted.present.squeeze(1), present,
      F::BinaryCrossEntropyWithLogitsFuncOptions().reduction(torch::kSum));
  const int grid = model->shape.grid();
  const torch::Tensor cell = target - 1;  // -1 if absent, which cross-entropy ignores
  const torch::Tensor column = torch::where(cell < 0, cell, cell.remainder(grid));
  const torch::Tensor row = torch::where(cell < 0, cell, cell.div(grid, "floor"));
  const torch::Tensor location_loss =
      CrossEntropy(predicted.column, column).sum() + CrossEntropy(predicted.row, row).sum();
  const torch::Tensor loss = (presence + location_loss) / AtLeastOne(at.size(0));
  losses.mention = loss.item<double>();
  return loss;
}

torch::Tensor OrderLoss(Vlm& model, const torch::Tensor& stream, const Batch& batch,
                        Losses& losses) {
  const torch::Tensor earlier = batch.earlier.flatten();
  const torch::Tensor at = (earlier > 0).nonzero().squeeze(1);
  const int grid = model->shape.grid();
  const auto positions = [&](const torch::Tensor& cells) {  // [R, 2]: column, row
    return torch::stack({cells.remainder(grid), cells.div(grid, "floor")}, 1);
  };
  const torch::Tensor steps = positions(batch.mentions.flatten().index_select(0, at) - 1) -
                              positions(earlier.index_select(0, at) - 1);
  const torch::Tensor each = F::binary_cross_entropy_with_logits(
      model->PredictOrder(stream.index_select(0, at)), (steps > 0).to(torch::kFloat32),
      F::BinaryCrossEntropyWithLogitsFuncOptions().reduction(torch::kNone));
  const torch::Tensor loss = MeanWhere(each, (steps != 0).to(torch::kFloat32));
  losses.order = loss.item<double>();
  return loss;
}

torch::Tensor NumberLoss(Vlm& model, const torch::Tensor& stream, const Batch& batch,
                         Losses& losses) {
  const torch::Tensor number = batch.number.flatten();
  const torch::Tensor covered = (number > 0).nonzero().squeeze(1);
  const torch::Tensor target = number.index_select(0, covered) - 1;
  const torch::Tensor logits = model->PredictNumber(stream.index_select(0, covered));
  // The first of equal things is common and easy.
  const torch::Tensor loss = Balanced(CrossEntropy(logits, target), target > 0);
  losses.number = loss.item<double>();
  return loss;
}

torch::Tensor TextLoss(Decoder& decoder, const torch::Tensor& hidden, const Batch& batch,
                       Losses& losses) {
  const Replies replies(batch);
  const torch::Tensor logits = decoder->Logits(hidden.index_select(0, replies.at));
  const torch::Tensor each = CrossEntropy(logits, replies.wanted);
  const double count = AtLeastOne(replies.wanted.size(0));
  losses.text = each.sum().item<double>() / count;
  losses.text_right =
      static_cast<double>((logits.argmax(1) == replies.wanted).sum().item<int>()) / count;
  return MeanWhere(each, replies.weights);
}

torch::Tensor ExitLoss(Decoder& decoder, const std::vector<torch::Tensor>& streams,
                       const Batch& batch, Losses& losses) {
  CHECK(streams.size() == decoder->shape.exits.size());
  const Replies replies(batch);
  torch::Tensor sum = torch::zeros({});
  double weight_sum = 0;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const double blocks = decoder->shape.exits[i], weight = blocks * (blocks + 1) / 2;
    const torch::Tensor logits = decoder->ExitLogits(streams[i].index_select(0, replies.at));
    sum = sum + weight * MeanWhere(CrossEntropy(logits, replies.wanted), replies.weights);
    weight_sum += weight;
  }
  const torch::Tensor loss = sum / std::max(weight_sum, 1.0);
  losses.exit = loss.item<double>();
  return loss;
}

}  // namespace edgevlm::train
