// The scores of a set of captions: BLEU-1 to BLEU-4, ROUGE-L, CIDEr-D, METEOR (exact+stem, plain).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "eval/scores/bleu.h"
#include "eval/scores/cider_d.h"
#include "eval/scores/meteor.h"
#include "eval/scores/ngrams.h"

namespace edgevlm {

// In [0, 1], except CIDEr-D in [0, 10].
struct CaptionScores {
  std::array<double, kMaxNgram> bleu = {};
  double rouge_l = 0;
  double cider_d = 0;
  double meteor = 0;
  std::int64_t images = 0;
  std::int64_t cut = 0;  // candidates of which only the first kMaxCaptionTokens tokens were scored
};

// Adds captions one by one. BLEU, ROUGE-L and METEOR keep sums only; CIDEr-D needs the document
// frequencies of all references and keeps the n-grams of every text, at most 32 bytes for each
// token and about 50 bytes for each distinct n-gram: up to 240 bytes for each token, if no two are
// equal. Threads: one at a time.
class CaptionScorer {
 public:
  // Limits, because METEOR's alignment of two texts of 1000 tokens takes 40 million steps. A
  // candidate is cut at the limit and counted; a longer reference is an error.
  static constexpr std::size_t kMaxCaptionTokens = 1000;
  static constexpr std::size_t kMaxCaptionBytes = 64 * 1024;         // of a text; same rules
  static constexpr std::size_t kMaxReferenceTokens = 100'000;        // of one image, summed
  static constexpr std::int64_t kMaxTokens = std::int64_t{1} << 26;  // of the set

  // The scores that an image has by itself.
  struct ImageScore {
    double rouge_l = 0;
    double meteor = 0;
  };

  // A candidate without words scores 0. Errors: kInvalid (no reference, a reference without words),
  // kTooLarge (a limit); they add nothing.
  Result<ImageScore> Add(std::span<const std::string> references, std::string_view candidate);

  // The same for texts that are tokens already. REQUIRES: within the limits, and no reference is
  // empty.
  ImageScore AddTokens(const std::vector<std::vector<std::string>>& references,
                       const std::vector<std::string>& candidate);

  CaptionScores Scores() const;
  // CIDEr-D of each image, in the order in which they were added.
  std::vector<double> CiderOfImages() const { return cider_.ImageScores(); }

 private:
  NgramTable ngrams_;
  BleuScore bleu_;
  CiderScore cider_;
  MeteorScore meteor_;
  double rouge_l_ = 0;  // summed
  std::int64_t images_ = 0;
  std::int64_t cut_ = 0;
  std::int64_t tokens_ = 0;
};

struct CaptionedImage {
  std::vector<std::string> references;
  std::string candidate;
};

// Errors: those of CaptionScorer::Add, with the number of the image (from 1); kInvalid without
// images.
Result<CaptionScores> ScoreCaptions(std::span<const CaptionedImage> images);

}  // namespace edgevlm
