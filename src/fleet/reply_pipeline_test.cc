#include "fleet/reply_pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "engine/testing/tiny_engine.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

std::vector<std::byte> ImageFile(std::int64_t index) {
  return TinyImage(8 + static_cast<int>(index % 3), 8, static_cast<unsigned>(index));
}

// The replies about images 0 to count - 1; or their errors.
std::map<std::int64_t, std::string> Replies(const Engine& engine, const PipelineOptions& options,
                                            int count, std::int64_t broken = -1) {
  std::map<std::int64_t, std::string> texts;
  std::int64_t next = 0;
  const auto error = RunPipeline(engine, options,
                                 {.next = [&](bool) -> NextImage {
                                    if (next == count) return NoImage::kEver;
                                    const std::int64_t index = next++;
                                    auto file = ImageFile(index);
                                    if (index == broken) file.resize(20);
                                    return PipelineImage{.index = index, .file = std::move(file)};
                                  },
                                  .on_replies = [&](PipelineReplies replies) -> MaybeError {
                                    std::string text;
                                    if (!replies.replies) {
                                      text = "error: " + replies.replies.error().message;
                                    } else {
                                      for (const Reply& reply : *replies.replies) {
                                        text += reply.text + "|";
                                      }
                                    }
                                    EXPECT_TRUE(texts.emplace(replies.index, text).second)
                                        << replies.index << " twice";
                                    return {};
                                  }});
  EXPECT_FALSE(error) << error->message;
  return texts;
}

TEST(RunPipeline, RepliesAreThoseOfASession) {
  const Engine engine = TinyEngine();
  Session session(engine);
  const PipelineOptions captions = {
      .asked = {.decode = {.max_tokens = 6}}, .running = 3, .encode_together = 2};
  PipelineOptions questions = captions;
  questions.asked.questions = {"a cat?", "how many?"};
  const auto caption = Replies(engine, captions, 7);
  const auto answers = Replies(engine, questions, 7);
  ASSERT_EQ(caption.size(), 7u);
  for (std::int64_t i = 0; i < 7; ++i) {
    ASSERT_FALSE(session.SetImage(ImageFile(i)));
    EXPECT_EQ(caption.at(i), session.Caption(captions.asked.decode)->text + "|");
    EXPECT_EQ(answers.at(i), session.Ask("a cat?", captions.asked.decode)->text + "|" +
                                 session.Ask("how many?", captions.asked.decode)->text + "|");
  }
}

TEST(RunPipeline, ABrokenImageDoesNotHarmItsNeighbors) {
  const Engine engine = TinyEngine();
  const PipelineOptions options = {.asked = {.decode = {.max_tokens = 3}}, .encode_together = 4};
  auto whole = Replies(engine, options, 6);
  auto texts = Replies(engine, options, 6, 2);
  EXPECT_THAT(texts[2], ::testing::StartsWith("error: "));
  EXPECT_THAT(texts[2], ::testing::Not(HasSubstr("image 0")));
  texts.erase(2);
  whole.erase(2);
  EXPECT_EQ(texts, whole);
}

TEST(RunPipeline, AnErrorOfACallEndsIt) {
  const Engine engine = TinyEngine();
  std::int64_t next = 0;
  const auto error = RunPipeline(
      engine, {.asked = {.decode = {.max_tokens = 3}}, .running = 2, .encode_together = 2},
      {.next = [&](bool) -> NextImage {
         return PipelineImage{.index = next, .file = ImageFile(next++)};  // without end
       },
       .on_replies = [](PipelineReplies) -> MaybeError {
         return Error{ErrorCode::kIo, "disk: full"};
       }});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message, "disk: full");
}

// As from a queue: nothing for now, and different questions.
TEST(RunPipeline, ImagesMayComeLateAndHaveTheirOwnQuestions) {
  const Engine engine = TinyEngine();
  const auto asked = std::make_shared<const AskedWork>(
      AskedWork{.questions = {"a cat?", "how many?"}, .decode = {.max_tokens = 2}});
  int calls = 0;
  int waiting_calls = 0;
  std::map<std::int64_t, std::size_t> counts;
  const auto error = RunPipeline(
      engine, {.asked = {.decode = {.max_tokens = 3}}, .running = 2, .encode_together = 4},
      {.next = [&](bool may_wait) -> NextImage {
         waiting_calls += may_wait ? 1 : 0;
         const int call = calls++;
         if (call == 20) return NoImage::kEver;
         if (call % 2 == 1) return NoImage::kForNow;
         return PipelineImage{
             .index = call, .file = ImageFile(call), .asked = call % 4 == 0 ? asked : nullptr};
       },
       .on_replies = [&](PipelineReplies replies) -> MaybeError {
         counts[replies.index] = replies.replies ? replies.replies->size() : 0;
         return {};
       }});
  EXPECT_FALSE(error);
  EXPECT_EQ(counts.size(), 10u);
  for (const auto& [index, count] : counts) EXPECT_EQ(count, index % 4 == 0 ? 2u : 1u) << index;
  // Each group is one image, which was not kept waiting for another.
  EXPECT_EQ(waiting_calls, 11);
}

TEST(RunPipeline, WithoutImagesItIsDone) { EXPECT_TRUE(Replies(TinyEngine(), {}, 0).empty()); }

TEST(RunPipeline, WrongOptionsAreErrors) {
  const Engine engine = TinyEngine();
  EXPECT_TRUE(RunPipeline(engine, {.asked = {.decode = {.max_tokens = 0}}}, {}));
}

}  // namespace
}  // namespace edgevlm
