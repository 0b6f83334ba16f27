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
                                 {.next = [&]() -> std::optional<PipelineImage> {
                                    if (next == count) return std::nullopt;
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
      .decode = {.max_tokens = 6}, .running = 3, .encode_together = 2};
  PipelineOptions questions = captions;
  questions.questions = {"a cat?", "how many?"};
  const auto caption = Replies(engine, captions, 7);
  const auto answers = Replies(engine, questions, 7);
  ASSERT_EQ(caption.size(), 7u);
  for (std::int64_t i = 0; i < 7; ++i) {
    ASSERT_FALSE(session.SetImage(ImageFile(i)));
    EXPECT_EQ(caption.at(i), session.Caption(captions.decode)->text + "|");
    EXPECT_EQ(answers.at(i), session.Ask("a cat?", captions.decode)->text + "|" +
                                 session.Ask("how many?", captions.decode)->text + "|");
  }
}

TEST(RunPipeline, ABrokenImageDoesNotHarmItsNeighbors) {
  const Engine engine = TinyEngine();
  const PipelineOptions options = {.decode = {.max_tokens = 3}, .encode_together = 4};
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
  const auto error =
      RunPipeline(engine, {.decode = {.max_tokens = 3}, .running = 2, .encode_together = 2},
                  {.next = [&]() -> std::optional<PipelineImage> {
                     return PipelineImage{.index = next, .file = ImageFile(next++)};  // without end
                   },
                   .on_replies = [](PipelineReplies) -> MaybeError {
                     return Error{ErrorCode::kIo, "disk: full"};
                   }});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message, "disk: full");
}

TEST(RunPipeline, WithoutImagesItIsDone) { EXPECT_TRUE(Replies(TinyEngine(), {}, 0).empty()); }

TEST(RunPipeline, WrongOptionsAreErrors) {
  const Engine engine = TinyEngine();
  EXPECT_TRUE(RunPipeline(engine, {.decode = {.max_tokens = 0}}, {}));
}

}  // namespace
}  // namespace edgevlm
