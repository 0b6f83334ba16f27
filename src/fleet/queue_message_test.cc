#include "fleet/queue_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fleet/testing/texts.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

QueueWork Work() {
  return {.asked =
              {.questions = {"a cat?", "line\nend"},
               .decode = {.max_tokens = 7, .temperature = 0.5f, .seed = 1ull << 63, .stop = {"."}}},
          .schema = R"({"type": "object"})"};
}

std::span<const std::byte> Bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(QueueMessage, WorkIsReadAsItWasWritten) {
  const auto read = ReadWorkLine(WorkLine(Work()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->asked.questions, Work().asked.questions);
  EXPECT_EQ(read->schema, Work().schema);
  EXPECT_EQ(read->asked.decode.max_tokens, 7);
  EXPECT_EQ(read->asked.decode.temperature, 0.5f);
  EXPECT_EQ(read->asked.decode.seed, 1ull << 63);
  EXPECT_EQ(read->asked.decode.stop, Work().asked.decode.stop);
  EXPECT_EQ(WorkLine(Work()).find('\n'), std::string::npos);
}

TEST(QueueMessage, AnImageIsReadAsItWasWritten) {
  const std::string file("P6\n\0\xff", 5);
  const std::string message = ImageMessage("{}", "id 1", "holiday", "a\n\xff.jpg", Bytes(file));
  const auto image = ReadImageMessage(message);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->work, "{}");
  EXPECT_EQ(image->id, "id 1");
  EXPECT_EQ(image->batch, "holiday");
  EXPECT_EQ(image->name, "a\n\xef\xbf\xbd.jpg");
  EXPECT_EQ(image->file, file);
}

TEST(QueueMessage, RepliesAreReadAsTheyWereWritten) {
  QueueReplies replies = {.id = "7", .worker = "pi", .replies = RepliesOf({"a cat", "no"})};
  (*replies.replies)[1].finish_reason = FinishReason::kMaxTokens;
  (*replies.replies)[1].reply_tokens = 9;
  const auto read = ReadRepliesMessage(RepliesMessage(replies));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->replies->size(), 2u);
  EXPECT_EQ((*read->replies)[0].text, "a cat");
  EXPECT_EQ((*read->replies)[1].finish_reason, FinishReason::kMaxTokens);
  EXPECT_EQ((*read->replies)[1].reply_tokens, 9);
  replies.replies = Error{ErrorCode::kCorrupt, "x.jpg: no image"};
  EXPECT_EQ(ReadRepliesMessage(RepliesMessage(replies))->replies.error().message,
            "x.jpg: no image");
}

TEST(QueueMessage, CutAnywhereItIsAnErrorOrAShorterFile) {
  const std::string image = ImageMessage(WorkLine(Work()), "1", "b", "n", Bytes("file"));
  for (std::size_t size = 0; size < image.size() - 4; ++size) {
    EXPECT_FALSE(ReadImageMessage(image.substr(0, size))) << size;
  }
  const std::string replies =
      RepliesMessage({.id = "7", .worker = "w", .replies = RepliesOf({"a"})});
  for (std::size_t size = 0; size < replies.size(); ++size) {
    EXPECT_FALSE(ReadRepliesMessage(replies.substr(0, size))) << size;
  }
  const std::string work = WorkLine(Work());
  for (std::size_t size = 0; size < work.size(); ++size) {
    EXPECT_FALSE(ReadWorkLine(work.substr(0, size))) << size;
  }
}

TEST(QueueMessage, AnotherVersionIsNamed) {
  std::string work = WorkLine(Work());
  work.replace(work.find("\"version\":1"), 11, "\"version\":2");
  const auto read = ReadWorkLine(work);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(read.error().message, HasSubstr("version: expected 1, found 2"));
}

TEST(QueueMessage, WrongMembersAreErrors) {
  for (const char* replies : {"[]", "{}", R"({"version":1,"id":"1","worker":"w"})",
                              R"({"version":1,"id":"1","worker":"w","replies":[]})",
                              R"({"version":1,"id":"1","worker":"w","replies":[{"text":1}]})",
                              R"({"version":1e999,"id":"1","worker":"w","error":"x"})",
                              R"({"version":1,"id":"1","worker":"w",
            "replies":[{"text":"a","finish_reason":"maybe","reply_tokens":1}]})"}) {
    EXPECT_FALSE(ReadRepliesMessage(replies)) << replies;
  }
  QueueWork work = Work();
  work.asked.decode.max_tokens = 0;
  const auto read = ReadWorkLine(WorkLine(work));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kInvalid);
  EXPECT_FALSE(ReadImageMessage(std::string(kMaxQueueLineBytes + 1, ' ') + "\n{}\n"));
}

}  // namespace
}  // namespace edgevlm
