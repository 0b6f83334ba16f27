#include "decode/stepper.h"

#include <gtest/gtest.h>

#include <deque>

#include "decode/generate.h"
#include "decode/testing/byte_model.h"
#include "model/testing/batch.h"

namespace edgevlm {
namespace {

class StepperTest : public ::testing::Test {
 protected:
  // A reply about `prompt`, hot enough that different prompts and seeds tell apart.
  struct Request {
    std::vector<int> prompt;
    DecodeOptions options;
  };

  static Request MakeRequest(int prompt_rows, int max_tokens, unsigned seed) {
    return {.prompt = RandomTokens(prompt_rows, kBytes, seed),
            .options = {.max_tokens = max_tokens, .temperature = 3, .seed = seed}};
  }

  // Its sequence, and the stream that speaks from it.
  struct Speaker {
    Speaker(const StepperTest& test, const Request& request)
        : sequence(*test.decoder_, TinyModel::kContext),
          stream(sequence, {{.tokens = request.prompt}}, {.tokenizer = test.tokenizer_, .ends = {}},
                 request.options, {}) {}

    Sequence sequence;
    Stream stream;
  };

  void Step(std::span<Stream* const> streams, int prompt_rows) {
    stepper_.Step(streams, prompt_rows, edgevlm::Run{.pool = pool_});
  }

  Generation Alone(const Request& request) {
    Speaker speaker(*this, request);
    Stepper stepper(*decoder_);
    return Generate(stepper, speaker.stream, edgevlm::Run{.pool = pool_});
  }

  const Tokenizer tokenizer_ = ByteTokenizer();
  const std::unique_ptr<const Decoder> decoder_ = ByteDecoder();
  ThreadPool pool_{2};
  Stepper stepper_{*decoder_};
};

TEST_F(StepperTest, TogetherAsAlone) {
  std::deque<Request> requests;
  for (unsigned seed = 0; seed < 7; ++seed) {
    requests.push_back(
        MakeRequest(1 + static_cast<int>(seed * seed) * 8, 10 + 5 * int(seed), seed));
  }
  for (const int prompt_rows : {1, 13, 400}) {
    // One joins every third step; they leave when they are finished.
    std::deque<Speaker> speakers;
    std::vector<Stream*> streams;
    for (int step = 0; speakers.size() < requests.size() || !streams.empty(); ++step) {
      if (step % 3 == 0 && speakers.size() < requests.size()) {
        streams.push_back(&speakers.emplace_back(*this, requests[speakers.size()]).stream);
      }
      Step(streams, prompt_rows);
      std::erase_if(streams, [](const Stream* stream) { return stream->finished(); });
      ASSERT_LT(step, 2000);
    }
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const Generation alone = Alone(requests[i]), together = speakers[i].stream.Finish();
      EXPECT_EQ(together.tokens, alone.tokens) << "stream " << i << ", rows " << prompt_rows;
      EXPECT_EQ(together.text, alone.text);
      EXPECT_EQ(together.finish_reason, alone.finish_reason);
      EXPECT_EQ(speakers[i].sequence.positions(),
                std::ssize(requests[i].prompt) + std::ssize(alone.tokens) - 1);
    }
  }
}

TEST_F(StepperTest, OthersSpeakWhileALongPromptIsRead) {
  const Request short_one = MakeRequest(2, 60, 1), long_one = MakeRequest(100, 60, 2);
  Speaker speaking(*this, short_one), reading(*this, long_one), waiting(*this, short_one);
  Stream* const streams[] = {&speaking.stream, &reading.stream, &waiting.stream};
  Step(streams, 12);
  EXPECT_EQ(speaking.stream.tokens(), 1);
  EXPECT_EQ(reading.sequence.positions(), 10);  // what the first prompt left
  for (int step = 1; step <= 9; ++step) {
    EXPECT_TRUE(reading.stream.reading());
    EXPECT_EQ(waiting.sequence.positions(), 0) << "prompts are read in the order of the streams";
    Step(streams, 10);
    EXPECT_EQ(speaking.stream.tokens(), 1 + step);
    EXPECT_EQ(reading.sequence.positions(), 10 + 10 * step);
  }
  EXPECT_FALSE(reading.stream.reading());
  EXPECT_EQ(reading.stream.tokens(), 1);
  Step(streams, 10);
  EXPECT_EQ(waiting.stream.tokens(), 1);
}

TEST_F(StepperTest, CancelledBetweenSteps) {
  const Request request = MakeRequest(50, 40, 3);
  Speaker early(*this, request), late(*this, request), kept(*this, request);
  Stream* const streams[] = {&kept.stream, &early.stream, &late.stream};
  Step(streams, 80);
  early.stream.Cancel();
  for (int i = 0; i < 5; ++i) Step(streams, 80);
  late.stream.Cancel();
  while (!kept.stream.finished()) Step(streams, 80);
  Step(streams, 80);  // of none: does nothing

  const Generation whole = Alone(request), cut = late.stream.Finish();
  EXPECT_EQ(kept.stream.Finish().tokens, whole.tokens);
  EXPECT_EQ(early.sequence.positions(), 30);
  EXPECT_EQ(early.stream.Finish().finish_reason, FinishReason::kCancelled);
  EXPECT_EQ(cut.finish_reason, FinishReason::kCancelled);
  EXPECT_EQ(cut.tokens, std::vector(whole.tokens.begin(), whole.tokens.begin() + 5));
  EXPECT_EQ(late.sequence.positions(), 50 + 4);

  // The sequence of a cancelled stream is good for another one.
  Stream again(early.sequence, {{.tokens = std::span(request.prompt).subspan(30)}},
               {.tokenizer = tokenizer_, .ends = {}}, request.options, {});
  EXPECT_EQ(Generate(stepper_, again, edgevlm::Run{.pool = pool_}).tokens, whole.tokens);
}

TEST_F(StepperTest, ImagesAreReadInChunksToo) {
  const std::vector<int> tokens = RandomTokens(60, kBytes, 4);
  std::vector<float> values;
  for (const auto& row : ReferenceEmbeddings(TinyModel(kBytes), tokens)) {
    values.insert(values.end(), row.begin(), row.end());
  }
  const View<const float> image(values.data(), 60, TinyModel::kWidth);
  const std::span<const int> ids = tokens;
  const DecodeOptions options = {.max_tokens = 20, .temperature = 3, .seed = 5};
  for (const int prompt_rows : {7, 20, 256}) {
    Sequence sequence(*decoder_, TinyModel::kContext);
    Stream stream(
        sequence,
        {{.tokens = ids.first(5)}, {.embeddings = image.Rows(5, 50)}, {.tokens = ids.last(5)}},
        {.tokenizer = tokenizer_, .ends = {}}, options, {});
    Stream* const streams[] = {&stream};
    while (!stream.finished()) Step(streams, prompt_rows);
    EXPECT_EQ(stream.Finish().tokens, Alone({.prompt = tokens, .options = options}).tokens);
  }
}

}  // namespace
}  // namespace edgevlm
