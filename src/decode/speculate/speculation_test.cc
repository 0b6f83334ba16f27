// Speculation changes the speed of a generation, and nothing of its text.
#include "decode/speculate/speculation.h"

#include <gtest/gtest.h>

#include <deque>

#include "decode/generate.h"
#include "decode/speculate/model_drafter.h"
#include "decode/speculate/ngram_drafter.h"
#include "decode/speculate/self_drafter.h"
#include "decode/testing/byte_model.h"
#include "model/testing/batch.h"

namespace edgevlm {
namespace {

struct Request {
  std::vector<int> prompt;
  DecodeOptions options;
};

class SpeculationTest : public ::testing::Test {
 protected:
  using MakeDrafter = std::function<std::unique_ptr<Drafter>()>;

  // All drafters: always right, sometimes right, and n-gram.
  std::vector<std::pair<std::string, MakeDrafter>> Drafters() const {
    return {{"itself", [this] { return std::make_unique<ModelDrafter>(*decoder_); }},
            {"another", [this] { return std::make_unique<ModelDrafter>(*other_); }},
            {"blocks", [this] { return std::make_unique<SelfDrafter>(*decoder_, 1); }},
            {"ngram", [] { return std::make_unique<NgramDrafter>(); }}};
  }

  struct Running {
    Running(const SpeculationTest& test, const Request& request, const Drafter* drafter)
        : sequence(*test.decoder_, TinyModel::kContext, test.cache_) {
      if (drafter != nullptr) {
        speculation.emplace(*drafter, TinyModel::kContext);
        speculation->StartReply(request.prompt);
      }
      generation.emplace(sequence, std::vector<Input>{{.tokens = request.prompt}},
                         TextSide{.tokenizer = test.tokenizer_, .ends = test.ends_},
                         request.options, OnText(), speculation ? &*speculation : nullptr);
    }

    Sequence sequence;
    std::optional<Speculation> speculation;
    std::optional<Generation> generation;
  };

  GenerationResult Emit(const Request& request, std::unique_ptr<Drafter> drafter,
                        int draft_tokens) {
    const Drafter* const lent = drafter.get();
    BatchDecoder batch_decoder(*decoder_, std::move(drafter), draft_tokens);
    Running running(*this, request, lent);
    const GenerationResult result =
        Generate(batch_decoder, *running.generation, edgevlm::Run{.pool = pool_});
    EXPECT_EQ(running.sequence.positions(),
              std::ssize(request.prompt) + std::ssize(result.tokens) - 1);
    return result;
  }

  GenerationResult GeneratePlainly(const Request& request) { return Emit(request, nullptr, 0); }

  const Tokenizer tokenizer_ = ByteTokenizer();
  const std::unique_ptr<const Decoder> decoder_ = ByteDecoder();
  const std::unique_ptr<const Decoder> other_ = ByteDecoder(8);
  const std::vector<int> ends_ = {3};
  CacheOptions cache_;
  ThreadPool pool_{2};
};

void ExpectSame(const GenerationResult& found, const GenerationResult& expected,
                const std::string& which) {
  EXPECT_EQ(found.tokens, expected.tokens) << which;
  EXPECT_EQ(found.text, expected.text) << which;
  EXPECT_EQ(found.finish_reason, expected.finish_reason) << which;
}

TEST_F(SpeculationTest, GreedyIsTokenForTokenTheSame) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Request request = {.prompt = RandomTokens(1 + static_cast<int>(seed * 13), kBytes, seed),
                             .options = {.max_tokens = 30 + int(seed),
                                         .repetition_penalty = seed % 2 == 0 ? 1.0f : 1.5f,
                                         .presence_penalty = seed % 3 == 1 ? 0.5f : 0.0f,
                                         .frequency_penalty = seed % 4 == 3 ? 0.2f : 0.0f,
                                         .penalty_window = seed % 5 == 4 ? 9 : 0}};
    const GenerationResult plain = GeneratePlainly(request);
    for (const auto& [name, make] : Drafters()) {
      for (const int draft_tokens : {0, 1, 4, 16}) {
        ExpectSame(Emit(request, make(), draft_tokens), plain,
                   name + " " + std::to_string(draft_tokens) + " seed " + std::to_string(seed));
      }
    }
  }
}

TEST_F(SpeculationTest, AGoodDraftIsAccepted) {
  const Request request = {.prompt = RandomTokens(30, kBytes, 1), .options = {.max_tokens = 51}};
  const GenerationResult result = Emit(request, Drafters()[0].second(), 4);
  EXPECT_EQ(result.accepted_tokens, 40);
  EXPECT_EQ(result.drafted_tokens, 40);
  EXPECT_EQ(GeneratePlainly(request).drafted_tokens, 0);
}

// Drafts that are certain do not even change the draws.
TEST_F(SpeculationTest, SampledWithNgramsIsTokenForTokenTheSame) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::vector<int> prompt = RandomTokens(40, 6, seed);
    const Request request = {.prompt = prompt,
                             .options = {.max_tokens = 60,
                                         .repetition_penalty = 1.1f,
                                         .presence_penalty = 0.3f,
                                         .frequency_penalty = 0.1f,
                                         .temperature = 1.5f,
                                         .top_k = 5,
                                         .seed = seed}};
    ExpectSame(Emit(request, std::make_unique<NgramDrafter>(), 5), GeneratePlainly(request),
               "seed " + std::to_string(seed));
  }
}

TEST_F(SpeculationTest, SampledByAModelThatIsItselfIsAccepted) {
  const Request request = {.prompt = RandomTokens(30, kBytes, 2),
                           .options = {.max_tokens = 101,
                                       .repetition_penalty = 1.2f,
                                       .temperature = 2,
                                       .top_k = 20,
                                       .top_p = 0.9f,
                                       .seed = 3}};
  const GenerationResult result = Emit(request, Drafters()[0].second(), 4);
  EXPECT_EQ(std::ssize(result.tokens), 101);
  EXPECT_EQ(result.accepted_tokens, result.drafted_tokens);
  const GenerationResult other = Emit(request, Drafters()[1].second(), 4);
  EXPECT_EQ(std::ssize(other.tokens), 101);
  EXPECT_LT(other.accepted_tokens, other.drafted_tokens);
}

TEST_F(SpeculationTest, StopsWhereItWouldStopAnyway) {
  Request base = {.prompt = {}, .options = {.max_tokens = 40}};
  std::string text;
  for (unsigned seed = 0; seed < 50 && text.size() <= 8; ++seed) {
    base.prompt = RandomTokens(20, kBytes, seed);
    text = GeneratePlainly(base).text;
  }
  ASSERT_GT(text.size(), 8u);
  Request stopped = base, full = base;
  stopped.options.stop = {text.substr(text.size() / 2, 2)};
  full.prompt = RandomTokens(TinyModel::kContext - 11, kBytes, 5);
  for (const auto& [name, make] : Drafters()) {
    for (int max_tokens = 1; max_tokens < 8; ++max_tokens) {
      Request cut = base;
      cut.options.max_tokens = max_tokens;
      ExpectSame(Emit(cut, make(), 5), GeneratePlainly(cut), name);
    }
    ExpectSame(Emit(stopped, make(), 5), GeneratePlainly(stopped), name);
    ExpectSame(Emit(full, make(), 5), GeneratePlainly(full), name);
  }
  EXPECT_EQ(GeneratePlainly(full).finish_reason, FinishReason::kContextFull);
}

// Truncated rows leave no trace: the same sequence continues like a fresh one.
TEST_F(SpeculationTest, CutBackEqualsAFreshRun) {
  const Request request = {.prompt = RandomTokens(25, kBytes, 6), .options = {.max_tokens = 40}};
  auto drafter = std::make_unique<ModelDrafter>(*other_);
  const Drafter* const lent = drafter.get();
  BatchDecoder batch_decoder(*decoder_, std::move(drafter), 5);
  Running running(*this, request, lent);
  const GenerationResult first =
      Generate(batch_decoder, *running.generation, edgevlm::Run{.pool = pool_});
  ASSERT_LT(first.accepted_tokens, first.drafted_tokens) << "nothing was cut back";

  std::vector<int> whole = request.prompt;
  whole.insert(whole.end(), first.tokens.begin(), first.tokens.end());
  const std::vector<int> more = RandomTokens(5, kBytes, 7);
  whole.insert(whole.end(), more.begin(), more.end());
  Buffer after(6, kBytes), fresh(6, kBytes);
  const Input rest = {.tokens = std::span(whole).last(6)}, all = {.tokens = whole};
  batch_decoder.batch().AddAll(running.sequence, {&rest, 1}, after.view(),
                               edgevlm::Run{.pool = pool_});
  Sequence sequence(*decoder_, TinyModel::kContext);
  Batch(*decoder_).AddAll(sequence, {&all, 1}, fresh.view(), edgevlm::Run{.pool = pool_});
  EXPECT_EQ(after.values, fresh.values);
}

// Drafts are no longer than a policy can truncate exactly.
TEST_F(SpeculationTest, UnderEveryCachePolicy) {
  for (const char* policy : {"q8_0", "q4", "gear", "h2o:0.5", "window:40", "snapkv:40"}) {
    const Result<CacheOptions> options = ParseCacheOptions(policy);
    if (!options) continue;  // not built
    cache_ = *options;
    for (unsigned seed = 0; seed < 3; ++seed) {
      const Request request = {.prompt = RandomTokens(50 + int(seed) * 30, kBytes, seed),
                               .options = {.max_tokens = 100, .repetition_penalty = 1.3f}};
      const GenerationResult plain = GeneratePlainly(request);
      for (const auto& [name, make] : Drafters()) {
        for (const int draft_tokens : {0, 5}) {
          const GenerationResult found = Emit(request, make(), draft_tokens);
          ExpectSame(found, plain, name + " " + policy);
          EXPECT_TRUE(draft_tokens == 0 || name == "ngram" || found.drafted_tokens > 0) << policy;
        }
      }
    }
  }
}

TEST_F(SpeculationTest, SeveralTogetherAsAlone) {
  std::vector<Request> requests;
  for (unsigned seed = 0; seed < 6; ++seed) {
    requests.push_back({.prompt = RandomTokens(5 + static_cast<int>(seed) * 40, kBytes, seed),
                        .options = {.max_tokens = 20 + 7 * int(seed)}});
  }
  for (const auto& [name, make] : Drafters()) {
    for (const int draft_tokens : {0, 4}) {
      auto drafter = make();
      const Drafter* const lent = drafter.get();
      BatchDecoder batch_decoder(*decoder_, std::move(drafter), draft_tokens);
      std::deque<Running> running;
      std::vector<Generation*> generations;
      for (int step = 0; running.size() < requests.size() || !generations.empty(); ++step) {
        if (step % 2 == 0 && running.size() < requests.size()) {
          // The third has no speculation.
          const bool with = running.size() != 2;
          running.emplace_back(*this, requests[running.size()], with ? lent : nullptr);
          generations.push_back(&*running.back().generation);
        }
        batch_decoder.Step(generations, 30, edgevlm::Run{.pool = pool_});
        std::erase_if(generations,
                      [](const Generation* generation) { return generation->finished(); });
        ASSERT_LT(step, 1000);
      }
      for (std::size_t i = 0; i < requests.size(); ++i) {
        ExpectSame(running[i].generation->MoveResult(), GeneratePlainly(requests[i]),
                   name + ", stream " + std::to_string(i));
      }
    }
  }
}

// A second reply finds the tokens of the first, and a smaller model continues from its cache.
TEST_F(SpeculationTest, RemembersEarlierAnswers) {
  const Request request = {.prompt = RandomTokens(25, kBytes, 8), .options = {.max_tokens = 40}};
  const GenerationResult plain = GeneratePlainly(request);
  for (const auto& [name, make] : Drafters()) {
    auto drafter = make();
    Speculation speculation(*drafter, TinyModel::kContext);
    BatchDecoder batch_decoder(*decoder_, std::move(drafter), 4);
    int accepted = 0;
    for (int turn = 0; turn < 3; ++turn) {
      Sequence sequence(*decoder_, TinyModel::kContext);
      speculation.StartReply(request.prompt);
      Generation generation(sequence, {{.tokens = request.prompt}},
                            {.tokenizer = tokenizer_, .ends = ends_}, request.options, {},
                            &speculation);
      const GenerationResult again =
          Generate(batch_decoder, generation, edgevlm::Run{.pool = pool_});
      ExpectSame(again, plain, name);
      EXPECT_GE(again.accepted_tokens, accepted) << name;
      accepted = again.accepted_tokens;
    }
    EXPECT_GE(accepted, name == "ngram" ? 25 : 0) << "an answer given before is copied";
  }
}

}  // namespace
}  // namespace edgevlm
