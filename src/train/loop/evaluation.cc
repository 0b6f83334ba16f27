#include "train/loop/evaluation.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "train/torch.h"

namespace edgevlm::train {
namespace {

// Reply tokens of captions, for the perplexity.
struct CaptionTokens {
  double nats = 0;
  int count = 0;
};

// labels, right, nats: [B, M, L], row-major.
void Count(const Batch& batch, const torch::Tensor& right, const torch::Tensor& nats,
           Evaluation& evaluation, CaptionTokens& captions) {
  const auto labels = batch.labels.accessor<std::int64_t, 3>();
  const auto is_right = right.accessor<bool, 3>();
  const auto loss = nats.accessor<float, 3>();
  for (std::int64_t b = 0; b < labels.size(0); ++b) {
    for (const TokenSpan& span : batch.spans[static_cast<std::size_t>(b)]) {
      bool all = true;
      for (int i = span.begin; i < span.end; ++i) {
        if (labels[b][span.row][i] < 0) continue;
        all = all && is_right[b][span.row][i];
        if (span.kind == 0) {
          captions.nats += static_cast<double>(loss[b][span.row][i]);
          ++captions.count;
        }
      }
      KindScore& score = evaluation.kinds[static_cast<std::size_t>(span.kind)];
      ++score.texts;
      score.right += all ? 1 : 0;
    }
  }
}

double Percent(const KindScore& score) {
  return score.texts == 0 ? 0.0 : 100.0 * score.right / score.texts;
}

}  // namespace

double Evaluation::QuestionsRight() const {
  KindScore sum;
  for (std::size_t kind = 1; kind < kinds.size(); ++kind) {
    sum.texts += kinds[kind].texts;
    sum.right += kinds[kind].right;
  }
  return Percent(sum) / 100.0;
}

Evaluation Evaluate(Vlm& model, const std::function<Batch()>& next, int batches, bool blank) {
  const torch::NoGradGuard no_grad;
  model->eval();
  Evaluation evaluation;
  CaptionTokens captions;
  std::vector<std::int64_t> agree(model->decoder->shape.exits.size());
  std::int64_t learned = 0;
  for (int i = 0; i < batches; ++i) {
    const Batch batch = next();
    // Gray 128, as in the letterbox bars, is almost 0 after normalization.
    const torch::Tensor images = blank ? torch::zeros_like(batch.images) : batch.images;
    const torch::Tensor cells = model->Project(model->EncodeImages(images));
    const ResidualStreams streams =
        model->decoder->forward(cells, batch.ids, batch.positions, batch.text_starts);
    const torch::Tensor log_probabilities =
        torch::log_softmax(model->decoder->Logits(streams.last), -1);
    const torch::Tensor labels = batch.labels.flatten();
    const torch::Tensor nats =
        -log_probabilities.gather(1, labels.clamp_min(0).unsqueeze(1)).squeeze(1);
    Count(batch, (log_probabilities.argmax(1) == labels).view_as(batch.labels),
          nats.view_as(batch.labels), evaluation, captions);
    learned += (labels >= 0).sum().item<std::int64_t>();
    for (std::size_t e = 0; e < agree.size(); ++e) {
      const torch::Tensor same =
          model->decoder->ExitLogits(streams.exits[e]).argmax(1) == log_probabilities.argmax(1);
      agree[e] += same.logical_and(labels >= 0).sum().item<std::int64_t>();
    }
  }
  for (const std::int64_t tokens : agree) {
    evaluation.exits_agree.push_back(static_cast<double>(tokens) /
                                     static_cast<double>(std::max<std::int64_t>(learned, 1)));
  }
  evaluation.caption_perplexity = std::exp(captions.nats / std::max(captions.count, 1));
  model->train();
  return evaluation;
}

std::string TableText(const Evaluation& seeing, const Evaluation& blanked) {
  std::string text = "kind          texts   right   blanked\n";
  char line[96];
  for (std::size_t kind = 1; kind < kTextKinds.size(); ++kind) {
    std::snprintf(line, sizeof(line), "%-12s %6d %6.1f %% %6.1f %%\n", kTextKinds[kind],
                  seeing.kinds[kind].texts, Percent(seeing.kinds[kind]),
                  Percent(blanked.kinds[kind]));
    text += line;
  }
  std::snprintf(line, sizeof(line), "%-12s %6s %6.1f %% %6.1f %%\n", "questions", "",
                100.0 * seeing.QuestionsRight(), 100.0 * blanked.QuestionsRight());
  text += line;
  std::snprintf(line, sizeof(line), "%-12s %6s %8.3f %8.3f  (perplexity)\n", "captions", "",
                seeing.caption_perplexity, blanked.caption_perplexity);
  text += line;
  for (std::size_t exit = 0; exit < seeing.exits_agree.size(); ++exit) {
    std::snprintf(line, sizeof(line),
                  "exit %-14zu %6.1f %% %6.1f %%  (agrees with the last block)\n", exit + 1,
                  100.0 * seeing.exits_agree[exit], 100.0 * blanked.exits_agree[exit]);
    text += line;
  }
  return text;
}

}  // namespace edgevlm::train
