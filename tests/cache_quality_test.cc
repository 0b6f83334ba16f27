// The quality loss of each cache policy: the divergence of the next token's distribution from that
// of float16, averaged over replies about the example images.
//
//   KL(p || q) = sum_token p log(p / q)    p: cache f16, q: the policy
//
// The test prints a table, which is in docs/optimizations.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "cache/policy.h"
#include "edgevlm/edgevlm.h"
#include "engine/load/builtin_model.h"
#include "tokenizer/load_tokenizer.h"

namespace edgevlm {
namespace {

constexpr int kReplyTokens = 40;

std::filesystem::path Source() { return std::getenv("EDGEVLM_SOURCE"); }

std::vector<std::byte> ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// The images of examples/.
std::vector<std::vector<std::byte>> Images() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(Source() / "examples")) {
    if (entry.path().extension() == ".png") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<std::vector<std::byte>> images;
  for (const auto& path : paths) images.push_back(ReadFile(path));
  return images;
}

// The prompts after an image: captions and questions.
std::vector<std::vector<int>> Prompts() {
  const Result<GgufFile> file = GgufFile::Parse(BuiltinModel());
  CHECK(file.ok());
  const Result<Tokenizer> tokenizer = LoadTokenizer(*file);
  CHECK(tokenizer.ok());
  std::vector<std::vector<int>> prompts = {{*tokenizer->Special("<|caption|>")}};
  for (const char* question :
       {"how many things are there?", "what is left of the circle?", "where is the red one?"}) {
    prompts.push_back({*tokenizer->Special("<|question|>")});
    std::ranges::copy(tokenizer->Encode(question), std::back_inserter(prompts.back()));
    if (const auto answer = tokenizer->Special("<|answer|>")) prompts.back().push_back(*answer);
  }
  return prompts;
}

double Divergence(std::span<const float> of_p, std::span<const float> of_q) {
  const auto log_sum = [](std::span<const float> logits) {
    const double greatest = *std::ranges::max_element(logits);
    double sum = 0;
    for (const float logit : logits) sum += std::exp(logit - greatest);
    return greatest + std::log(sum);
  };
  const double p_total = log_sum(of_p), q_total = log_sum(of_q);
  double divergence = 0;
  for (std::size_t i = 0; i < of_p.size(); ++i) {
    const double p = of_p[i] - p_total, q = of_q[i] - q_total;
    divergence += std::exp(p) * (p - q);
  }
  return divergence;
}

struct Quality {
  double mean_divergence = 0;
  double same_choice = 0;  // fraction of tokens where both choose the same
};

Engine LoadWith(const std::string& cache) {
  Result<Engine> engine = Engine::LoadBuiltin({.threads = 1, .cache = *ParseCacheOptions(cache)});
  CHECK(engine.ok());
  return *std::move(engine);
}

// Both are fed the reply that f16 generates.
Quality Compare(const std::string& cache) {
  static const Engine kPlain = LoadWith("f16");
  const Engine engine = LoadWith(cache);
  Quality quality;
  int tokens = 0;
  for (const std::vector<std::byte>& file : Images()) {
    const EncodedImage image = *kPlain.EncodeImage(file);
    for (std::vector<int> text : Prompts()) {
      Session plain(kPlain), session(engine);
      CHECK(!plain.SetImage(image) && !session.SetImage(image));
      text.insert(text.begin(), kImageToken);
      for (int i = 0; i < kReplyTokens; ++i, ++tokens) {
        const std::span<const float> p = *plain.Evaluate(text), q = *session.Evaluate(text);
        quality.mean_divergence += Divergence(p, q);
        const auto chosen = std::ranges::max_element(p) - p.begin();
        quality.same_choice += std::ranges::max_element(q) - q.begin() == chosen ? 1 : 0;
        text = {static_cast<int>(chosen)};
      }
    }
  }
  CHECK(tokens > 0);
  quality.mean_divergence /= tokens;
  quality.same_choice /= tokens;
  std::printf("%-14s KL %.6f, same choice %.1f %%\n", cache.c_str(), quality.mean_divergence,
              100 * quality.same_choice);
  return quality;
}

TEST(CacheQuality, EightBitsAreAsGoodAsSixteen) {
  EXPECT_LT(Compare("q8_0").mean_divergence, 0.002);
}

TEST(CacheQuality, GearHoldsItsGateAtAThirdOfTheBytes) {
  EXPECT_LT(Compare("gear").mean_divergence, 0.01);
  for (const int head_width : {64, 128}) {
    const LayerShape shape = {.capacity = 4096, .heads = 2, .head_width = head_width};
    EXPECT_LT(3 * FindCachePolicy("gear")->bytes(shape), FindCachePolicy("f16")->bytes(shape));
  }
}

// Loose bounds, since the loss depends on the text: each must be clearly better than random.
TEST(CacheQuality, TheOthersStayWithinTheTable) {
  for (const char* cache : {"q4", "h2o:0.9", "h2o:0.7", "h2o:0.5", "snapkv:100", "pyramid:100",
                            "thirds:100", "window:100"}) {
    EXPECT_LT(Compare(cache).mean_divergence, 5) << cache;
  }
}

}  // namespace
}  // namespace edgevlm
