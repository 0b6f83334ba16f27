#include "engine/vision/token_pruner.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <utility>

namespace edgevlm {
namespace {

constexpr std::array<std::pair<std::string_view, KeepBy>, 4> kNames = {
    {{"auto", KeepBy::kAuto},
     {"attention", KeepBy::kAttention},
     {"uniform", KeepBy::kUniform},
     {"random", KeepBy::kRandom}}};

// The side of a square grid of n cells; 0 if n is not a square.
int SideOf(int n) {
  const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(n))));
  return side * side == n ? side : 0;
}

// Chooses `kept` of the cells of a grid. Rows alternate between one cell more and one less; within
// a row the cells are equidistant, and each row starts at another offset (steps of the golden ratio
// are the most even), so that no column is left out.
std::vector<int> ChooseUniform(int cells, int kept) {
  constexpr double kGolden = 0.6180339887498949;
  const int side = SideOf(cells);
  const int lines = side == 0 ? 1 : side, length = cells / lines;
  std::vector<int> chosen;
  for (int line = 0; line < lines; ++line) {
    const long long all = kept;
    const int count = static_cast<int>((line + 1) * all / lines - line * all / lines);
    const double phase = lines == 1 ? 0.5 : std::fmod(0.5 + line * kGolden, 1.0);
    for (int i = 0; i < count; ++i) {
      chosen.push_back(line * length + static_cast<int>((i + phase) * length / count));
    }
  }
  return chosen;
}

// The first `kept` of a shuffle (Durstenfeld 1964), the same on every machine.
std::vector<int> ChooseRandom(int cells, int kept, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<int> order(static_cast<std::size_t>(cells));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(kept); ++i) {
    std::swap(order[i], order[i + random() % (order.size() - i)]);
  }
  order.resize(static_cast<std::size_t>(kept));
  std::ranges::sort(order);
  return order;
}

// The token that patch `patch` of the vision encoder becomes part of, both numbered along their
// grids.
int TokenOf(int patch, int patches, int tokens) {
  const int side = SideOf(patches), side_out = SideOf(tokens);
  if (side == 0 || side_out == 0) {
    return static_cast<int>(static_cast<long long>(patch) * tokens / patches);
  }
  return patch / side * side_out / side * side_out + patch % side * side_out / side;
}

// The mean score of each token's patches. NaN counts as zero.
std::vector<float> PoolScores(std::span<const float> patches, int tokens) {
  std::vector<float> scores(static_cast<std::size_t>(tokens)), counts(scores);
  for (std::size_t patch = 0; patch < patches.size(); ++patch) {
    const auto to = static_cast<std::size_t>(
        TokenOf(static_cast<int>(patch), static_cast<int>(patches.size()), tokens));
    if (std::isfinite(patches[patch])) scores[to] += patches[patch];
    ++counts[to];
  }
  for (std::size_t token = 0; token < scores.size(); ++token) {
    scores[token] /= std::max(1.0f, counts[token]);
  }
  return scores;
}

std::vector<int> ChooseHighest(const std::vector<float>& scores, int kept) {
  std::vector<int> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](int token) { return scores[static_cast<std::size_t>(token)]; });
  order.resize(static_cast<std::size_t>(kept));
  std::ranges::sort(order);
  return order;
}

}  // namespace

std::string_view KeepByName(KeepBy keep_by) {
  return std::ranges::find(kNames, keep_by, [](const auto& entry) { return entry.second; })->first;
}

MaybeError ReadKeepTokens(std::string_view text, VisionOptions& options) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  int count = 0;
  const char* end = text.data() + colon;
  const auto [read, failure] = std::from_chars(text.data(), end, count);
  const std::string_view name = colon == text.size() ? "auto" : text.substr(colon + 1);
  const auto entry = std::ranges::find_if(kNames, [&](const auto& e) { return e.first == name; });
  if (failure != std::errc() || read != end || entry == kNames.end()) {
    return Error{ErrorCode::kInvalid,
                 "keep-tokens: expected N, or N: and one of attention, uniform, random, found '" +
                     std::string(text) + "'"};
  }
  options.keep_tokens = count;
  options.keep_by = entry->second;
  return std::nullopt;
}

MaybeError Validate(const VisionOptions& options, const ImageTokens& tokens) {
  if (options.merged_tokens < 0) {
    return Error{ErrorCode::kInvalid,
                 "tome: expected at least 0, found " + std::to_string(options.merged_tokens)};
  }
  const bool is_used = options.merged_tokens > 0 || options.keep_tokens;
  if (is_used && !tokens.has_vision_encoder) {
    return Error{ErrorCode::kUnsupported,
                 "tome, keep-tokens: expected a model that reads images, found one without a "
                 "vision encoder"};
  }
  if (!options.keep_tokens) return std::nullopt;
  if (tokens.depends_on_image) {
    return Error{ErrorCode::kUnsupported,
                 "keep-tokens: expected a model with the same number of tokens for every image, "
                 "found one where it depends on the image (--image-max-tokens makes it smaller)"};
  }
  if (tokens.mixes_features) {
    return Error{ErrorCode::kUnsupported,
                 "keep-tokens: expected a model whose image tokens stand for parts of the image, "
                 "found one where each sums up all of it (--tome merges its patches)"};
  }
  if (*options.keep_tokens < 1 || *options.keep_tokens >= tokens.count) {
    return Error{ErrorCode::kInvalid, "keep-tokens: expected 1 to " +
                                          std::to_string(tokens.count - 1) + " of the image's " +
                                          std::to_string(tokens.count) + " tokens, found " +
                                          std::to_string(*options.keep_tokens)};
  }
  if (options.keep_by == KeepBy::kAttention && !tokens.has_scores) {
    return Error{
        ErrorCode::kUnsupported,
        "keep-tokens: expected uniform or random for a vision encoder without attention, found "
        "attention"};
  }
  return std::nullopt;
}

TokenPruner::TokenPruner(const VisionOptions& options, const ImageTokens& tokens)
    : tokens_(tokens.count),
      count_(options.keep_tokens.value_or(tokens.count)),
      by_(options.keep_by) {
  if (by_ == KeepBy::kAuto) by_ = tokens.has_scores ? KeepBy::kAttention : KeepBy::kUniform;
  if (keeps_all()) by_ = KeepBy::kUniform;
  if (by_ == KeepBy::kUniform) fixed_ = ChooseUniform(tokens_, count_);
  if (by_ == KeepBy::kRandom) fixed_ = ChooseRandom(tokens_, count_, options.keep_seed);
}

std::vector<int> TokenPruner::Choose(std::span<const float> scores) const {
  return needs_scores() ? ChooseHighest(PoolScores(scores, tokens_), count_) : fixed_;
}

}  // namespace edgevlm
