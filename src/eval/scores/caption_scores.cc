#include "eval/scores/caption_scores.h"

#include <numeric>
#include <utility>

#include "eval/scores/caption_tokens.h"
#include "eval/scores/rouge_l.h"
#include "eval/scores/text.h"

namespace edgevlm {
namespace {

Error TooManyTokens(const std::string& what, std::size_t limit, const std::string& found) {
  return {ErrorCode::kTooLarge,
          "caption: " + what + ": expected at most " + std::to_string(limit) + ", found " + found};
}

Result<std::vector<std::vector<std::string>>> ReferenceTokens(
    std::span<const std::string> references) {
  std::vector<std::vector<std::string>> tokens;
  std::size_t sum = 0;
  if (references.empty()) {
    return Error{ErrorCode::kInvalid, "caption: expected at least one reference, found none"};
  }
  for (const std::string& reference : references) {
    const std::string where = "reference " + std::to_string(tokens.size() + 1);
    if (reference.size() > CaptionScorer::kMaxCaptionBytes) {
      return TooManyTokens("bytes of " + where, CaptionScorer::kMaxCaptionBytes,
                           std::to_string(reference.size()));
    }
    tokens.push_back(CaptionTokens(reference));
    if (tokens.back().empty()) {
      return Error{ErrorCode::kInvalid,
                   "caption: " + where + ": expected words, found " + QuotedReply(reference)};
    }
    if (tokens.back().size() > CaptionScorer::kMaxCaptionTokens) {
      return TooManyTokens("tokens of " + where, CaptionScorer::kMaxCaptionTokens,
                           std::to_string(tokens.back().size()));
    }
    sum += tokens.back().size();
    if (sum > CaptionScorer::kMaxReferenceTokens) {
      return TooManyTokens("tokens of all references", CaptionScorer::kMaxReferenceTokens, "more");
    }
  }
  return tokens;
}

}  // namespace

Result<CaptionScorer::ImageScore> CaptionScorer::Add(std::span<const std::string> references,
                                                     std::string_view candidate) {
  const auto tokens = ReferenceTokens(references);
  if (!tokens) return tokens.error();
  std::vector<std::string> words = CaptionTokens(candidate.substr(0, kMaxCaptionBytes));
  const bool is_cut = words.size() > kMaxCaptionTokens || candidate.size() > kMaxCaptionBytes;
  if (words.size() > kMaxCaptionTokens) words.resize(kMaxCaptionTokens);
  std::size_t sum = words.size();
  for (const auto& reference : *tokens) sum += reference.size();
  if (tokens_ + static_cast<std::int64_t>(sum) > kMaxTokens) {
    return TooManyTokens("tokens of the whole set", kMaxTokens, "more");
  }
  cut_ += is_cut ? 1 : 0;
  return AddTokens(*tokens, words);
}

CaptionScorer::ImageScore CaptionScorer::AddTokens(
    const std::vector<std::vector<std::string>>& references,
    const std::vector<std::string>& candidate) {
  std::vector<NgramCounts> reference_ngrams;
  std::vector<BleuScore::Text> texts;
  for (const std::vector<std::string>& reference : references) {
    reference_ngrams.push_back(ngrams_.Count(reference));
    tokens_ += static_cast<std::int64_t>(reference.size());
  }
  for (std::size_t i = 0; i < references.size(); ++i) {
    texts.push_back({&reference_ngrams[i], static_cast<int>(references[i].size())});
  }
  NgramCounts candidate_ngrams = ngrams_.Count(candidate);
  tokens_ += static_cast<std::int64_t>(candidate.size());
  bleu_.Add({&candidate_ngrams, static_cast<int>(candidate.size())}, texts);
  cider_.Add(std::move(candidate_ngrams), std::move(reference_ngrams));
  const ImageScore score{RougeL(candidate, references), meteor_.Add(candidate, references)};
  rouge_l_ += score.rouge_l;
  ++images_;
  return score;
}

CaptionScores CaptionScorer::Scores() const {
  CaptionScores scores;
  if (images_ == 0) return scores;
  const auto images = static_cast<double>(images_);
  const std::vector<double> cider = cider_.ImageScores();
  scores.bleu = bleu_.Scores();
  scores.rouge_l = rouge_l_ / images;
  scores.cider_d = std::accumulate(cider.begin(), cider.end(), 0.0) / images;
  scores.meteor = meteor_.Score();
  scores.images = images_;
  scores.cut = cut_;
  return scores;
}

Result<CaptionScores> ScoreCaptions(std::span<const CaptionedImage> images) {
  if (images.empty()) {
    return Error{ErrorCode::kInvalid, "caption: expected at least one image, found none"};
  }
  CaptionScorer scorer;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto added = scorer.Add(images[i].references, images[i].candidate);
    if (!added) {
      return added.error().In("image " + std::to_string(i + 1));
    }
  }
  return scorer.Scores();
}

}  // namespace edgevlm
