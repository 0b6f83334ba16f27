#include "decode/batch_decoder.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "decode/generate.h"
#include "decode/testing/byte_model.h"
#include "model/testing/batch.h"

namespace edgevlm {
namespace {

class BatchDecoderTest : public ::testing::Test {
 protected:
  // A reply about `prompt`, with a temperature so high that different prompts and seeds give
  // different replies.
  struct Request {
    std::vector<int> prompt;
    DecodeOptions options;
  };

  static Request MakeRequest(int prompt_rows, int max_tokens, unsigned seed) {
    return {.prompt = RandomTokens(prompt_rows, kBytes, seed),
            .options = {.max_tokens = max_tokens, .temperature = 3, .seed = seed}};
  }

  // Its sequence, and the generation that uses it.
  struct Running {
    Running(const BatchDecoderTest& test, const Request& request)
        : sequence(*test.decoder_, TinyModel::kContext),
          generation(sequence, {{.tokens = request.prompt}},
                     {.tokenizer = test.tokenizer_, .ends = {}}, request.options, {}) {}

    Sequence sequence;
    Generation generation;
  };

  void Step(std::span<Generation* const> generations, int max_prompt_rows) {
    batch_decoder_.Step(generations, max_prompt_rows, edgevlm::Run{.pool = pool_});
  }

  GenerationResult Alone(const Request& request) {
    Running running(*this, request);
    BatchDecoder batch_decoder(*decoder_);
    return Generate(batch_decoder, running.generation, edgevlm::Run{.pool = pool_});
  }

  const Tokenizer tokenizer_ = ByteTokenizer();
  const std::unique_ptr<const Decoder> decoder_ = ByteDecoder();
  ThreadPool pool_{2};
  BatchDecoder batch_decoder_{*decoder_};
};

TEST_F(BatchDecoderTest, TogetherAsAlone) {
  std::deque<Request> requests;
  for (unsigned seed = 0; seed < 7; ++seed) {
    requests.push_back(
        MakeRequest(1 + static_cast<int>(seed * seed) * 8, 10 + 5 * int(seed), seed));
  }
  for (const int max_prompt_rows : {1, 13, 400}) {
    // One joins every third step; they leave when they are finished.
    std::deque<Running> running;
    std::vector<Generation*> generations;
    for (int step = 0; running.size() < requests.size() || !generations.empty(); ++step) {
      if (step % 3 == 0 && running.size() < requests.size()) {
        generations.push_back(&running.emplace_back(*this, requests[running.size()]).generation);
      }
      Step(generations, max_prompt_rows);
      std::erase_if(generations,
                    [](const Generation* generation) { return generation->finished(); });
      ASSERT_LT(step, 2000);
    }
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const GenerationResult alone = Alone(requests[i]),
                             together = running[i].generation.MoveResult();
      EXPECT_EQ(together.tokens, alone.tokens) << "stream " << i << ", rows " << max_prompt_rows;
      EXPECT_EQ(together.text, alone.text);
      EXPECT_EQ(together.finish_reason, alone.finish_reason);
      EXPECT_EQ(running[i].sequence.positions(),
                std::ssize(requests[i].prompt) + std::ssize(alone.tokens) - 1);
    }
  }
}

TEST_F(BatchDecoderTest, OthersGenerateWhileALongPromptIsRead) {
  const Request short_one = MakeRequest(2, 60, 1), long_one = MakeRequest(100, 60, 2);
  Running generating(*this, short_one), reading(*this, long_one), waiting(*this, short_one);
  Generation* const generations[] = {&generating.generation, &reading.generation,
                                     &waiting.generation};
  Step(generations, 12);
  EXPECT_EQ(generating.generation.tokens(), 1);
  EXPECT_EQ(reading.sequence.positions(), 10);  // what remained of the first prompt
  for (int step = 1; step <= 9; ++step) {
    EXPECT_TRUE(reading.generation.reading());
    EXPECT_EQ(waiting.sequence.positions(), 0) << "prompts are read in the order of the streams";
    Step(generations, 10);
    EXPECT_EQ(generating.generation.tokens(), 1 + step);
    EXPECT_EQ(reading.sequence.positions(), 10 + 10 * step);
  }
  EXPECT_FALSE(reading.generation.reading());
  EXPECT_EQ(reading.generation.tokens(), 1);
  Step(generations, 10);
  EXPECT_EQ(waiting.generation.tokens(), 1);
}

TEST_F(BatchDecoderTest, CancelledBetweenSteps) {
  const Request request = MakeRequest(50, 40, 3);
  Running early(*this, request), late(*this, request), kept(*this, request);
  Generation* const generations[] = {&kept.generation, &early.generation, &late.generation};
  Step(generations, 80);
  early.generation.Cancel();
  for (int i = 0; i < 5; ++i) Step(generations, 80);
  late.generation.Cancel();
  while (!kept.generation.finished()) Step(generations, 80);
  Step(generations, 80);  // none: does nothing

  const GenerationResult whole = Alone(request), cut = late.generation.MoveResult();
  EXPECT_EQ(kept.generation.MoveResult().tokens, whole.tokens);
  EXPECT_EQ(early.sequence.positions(), 30);
  EXPECT_EQ(early.generation.MoveResult().finish_reason, FinishReason::kCancelled);
  EXPECT_EQ(cut.finish_reason, FinishReason::kCancelled);
  EXPECT_EQ(cut.tokens, std::vector(whole.tokens.begin(), whole.tokens.begin() + 5));
  EXPECT_EQ(late.sequence.positions(), 50 + 4);

  // The sequence of a cancelled generation can be used for another one.
  Generation again(early.sequence, {{.tokens = std::span(request.prompt).subspan(30)}},
                   {.tokenizer = tokenizer_, .ends = {}}, request.options, {});
  EXPECT_EQ(Generate(batch_decoder_, again, edgevlm::Run{.pool = pool_}).tokens, whole.tokens);
}

// Counts the drafts that it is asked for, and has no guess for any.
class CountingDrafter final : public Drafter {
 public:
  std::unique_ptr<DraftMemory> MakeMemory(int) const override {
    return std::make_unique<NoMemory>();
  }
  void Propose(std::span<const DraftRequest> requests, const ThreadGroups&) override {
    requests_ += static_cast<int>(requests.size());
  }

  int requests() const { return requests_; }

 private:
  class NoMemory final : public DraftMemory {
    void StartReply(int) override {}
  };

  int requests_ = 0;
};

// Drafts are planned once the duration of a plain pass is known.
TEST_F(BatchDecoderTest, AnAbortedPassTeachesNoDuration) {
  auto owned = std::make_unique<CountingDrafter>();
  const CountingDrafter& drafter = *owned;
  BatchDecoder batch_decoder(*decoder_, std::move(owned), 0);
  const Request request = MakeRequest(4, 20, 6);
  const auto requests_of_reply = [&](bool aborts) {
    Sequence sequence(*decoder_, TinyModel::kContext);
    Speculation speculation(drafter, TinyModel::kContext);
    speculation.StartReply(request.prompt);
    Generation generation(sequence, {{.tokens = request.prompt}},
                          {.tokenizer = tokenizer_, .ends = {}}, request.options, {}, &speculation);
    Generation* const generations[] = {&generation};
    batch_decoder.Step(generations, Batch::kChunkRows, edgevlm::Run{.pool = pool_});  // prompt
    const std::function<bool()> is_over = [aborts] { return aborts; };
    const int before = drafter.requests();
    batch_decoder.Step(generations, Batch::kChunkRows,
                       edgevlm::Run{.pool = pool_, .is_over = &is_over});
    generation.Cancel();
    return drafter.requests() - before;
  };
  EXPECT_EQ(requests_of_reply(true), 0);
  EXPECT_EQ(requests_of_reply(true), 0) << "the pass before was aborted";
  EXPECT_EQ(requests_of_reply(false), 0) << "the pass before was aborted";
  EXPECT_EQ(requests_of_reply(false), 1);
}

TEST_F(BatchDecoderTest, ImagesAreReadInChunksToo) {
  const std::vector<int> tokens = RandomTokens(60, kBytes, 4);
  std::vector<float> values;
  for (const auto& row : ReferenceEmbeddings(TinyModel(kBytes), tokens)) {
    values.insert(values.end(), row.begin(), row.end());
  }
  const View<const float> image(values.data(), 60, TinyModel::kWidth);
  const std::span<const int> ids = tokens;
  const DecodeOptions options = {.max_tokens = 20, .temperature = 3, .seed = 5};
  for (const int max_prompt_rows : {7, 20, 256}) {
    Sequence sequence(*decoder_, TinyModel::kContext);
    Generation generation(
        sequence,
        {{.tokens = ids.first(5)}, {.embeddings = image.Rows(5, 50)}, {.tokens = ids.last(5)}},
        {.tokenizer = tokenizer_, .ends = {}}, options, {});
    Generation* const generations[] = {&generation};
    while (!generation.finished()) Step(generations, max_prompt_rows);
    EXPECT_EQ(generation.MoveResult().tokens, Alone({.prompt = tokens, .options = options}).tokens);
  }
}

}  // namespace
}  // namespace edgevlm
