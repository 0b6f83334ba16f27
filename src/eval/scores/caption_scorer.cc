// The scorer of captions (caption_scores.h). A row's score is its ROUGE-L, because BLEU and CIDEr-D
// are scores of a set.
#include <array>
#include <utility>

#include "eval/scores/all.h"
#include "eval/scores/caption_scores.h"
#include "eval/scores/row_mean.h"

namespace edgevlm {
namespace {

constexpr std::array<std::string_view, 1> kCaptionRules = {"coco-ptb"};

class SetOfCaptions final : public Scorer {
 public:
  Result<RowScore> Add(const ScoredRow& row) override {
    const auto score = captions_.Add(row.answers, row.reply);
    if (!score) return score.error();
    rouge_l_.Add(score->rouge_l, row.cluster);
    return RowScore{score->rouge_l, ""};
  }

  Result<ScoredSet> Finish() const override {
    if (rouge_l_.rows() == 0) return NoRows(kCaptionScorer.name);
    const CaptionScores scores = captions_.Scores();
    std::vector<SetScore> all = {{"CIDEr-D", scores.cider_d, std::nullopt}};
    for (std::size_t n = scores.bleu.size(); n-- > 0;) {
      all.push_back({"BLEU-" + std::to_string(n + 1), scores.bleu[n], std::nullopt});
    }
    all.push_back(rouge_l_.Score("ROUGE-L"));
    all.push_back({kMeteorName, scores.meteor, std::nullopt});
    all.push_back({"replies cut", static_cast<double>(scores.cut), std::nullopt});
    return ScoredSet{std::string(kCaptionScorer.name), std::string(kCaptionRules[0]), scores.images,
                     std::move(all)};
  }

 private:
  CaptionScorer captions_;
  RowMean rouge_l_;
};

}  // namespace

const ScorerKind kCaptionScorer = {
    "caption", "CIDEr-D, BLEU, ROUGE-L and METEOR (exact+stem, plain) against references",
    kCaptionRules,
    [](std::string_view) -> std::unique_ptr<Scorer> { return std::make_unique<SetOfCaptions>(); }};

}  // namespace edgevlm
