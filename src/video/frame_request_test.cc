#include "video/frame_request.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

Result<FrameRequest> Parse(const std::vector<std::string>& texts) {
  std::vector<const char*> arguments;
  for (const std::string& text : texts) arguments.push_back(text.c_str());
  return ParseArguments(arguments);
}

TEST(FrameRequest, ArgumentsAreReadAsWritten) {
  const FrameRequest request = {.from_seconds = 1.25,
                                .times = {0.1, 1.0 / 3, 7},
                                .every_seconds = 0.5,
                                .slack_seconds = 0.75,
                                .enough_key_frames = 16,
                                .all_otherwise = false,
                                .wants_frames = false,
                                .max_side = 321,
                                .is_rough = true,
                                .threads = 3};
  const auto read = Parse(ToArguments(request));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->from_seconds, request.from_seconds);
  EXPECT_EQ(read->to_seconds, request.to_seconds);
  EXPECT_EQ(read->times, request.times);
  EXPECT_EQ(read->every_seconds, request.every_seconds);
  EXPECT_EQ(read->slack_seconds, request.slack_seconds);
  EXPECT_EQ(read->enough_key_frames, request.enough_key_frames);
  EXPECT_EQ(read->all_otherwise, request.all_otherwise);
  EXPECT_EQ(read->wants_frames, request.wants_frames);
  EXPECT_EQ(read->max_side, request.max_side);
  EXPECT_EQ(read->is_rough, request.is_rough);
  EXPECT_EQ(read->threads, request.threads);
}

TEST(FrameRequest, BadArgumentsAreErrors) {
  for (const char* text :
       {"", "from", "from=", "from=x", "from=nan", "times=2,1", "times=1,x", "side=0", "side=5000",
        "threads=0", "rough=2", "keys=-1", "frames=2", "slack=x", "none=1"}) {
    EXPECT_FALSE(Parse({text})) << text;
  }
}

TEST(FrameRequest, FramesAreScaledDownOnly) {
  EXPECT_EQ(SizeToSend(1920, 1080, 1280), (ImageSize{1280, 720}));
  EXPECT_EQ(SizeToSend(1080, 1920, 1280), (ImageSize{720, 1280}));
  EXPECT_EQ(SizeToSend(64, 36, 1280), (ImageSize{64, 36}));
  EXPECT_EQ(SizeToSend(8000, 1, 100), (ImageSize{100, 1}));
}

}  // namespace
}  // namespace edgevlm
