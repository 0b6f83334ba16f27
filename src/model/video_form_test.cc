#include "model/video_form.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

// The texts of the models' own processors.
TEST(VideoForm, SmolVlmHasAnIntroductionAndTimes) {
  EXPECT_EQ(kSmolVlmVideo.before_all(8, 75.9),
            "You are provided the following series of eight frames from a 0:01:15 [H:MM:SS] "
            "video.\n");
  EXPECT_EQ(kSmolVlmVideo.before_all(42, 3725),
            "You are provided the following series of forty-two frames from a 1:02:05 [H:MM:SS] "
            "video.\n");
  EXPECT_EQ(kSmolVlmVideo.before_image(3, 61.9), "\nFrame from 01:01:");
  EXPECT_EQ(kSmolVlmVideo.before_image(0, 0), "\nFrame from 00:00:");
  EXPECT_EQ(kSmolVlmVideo.after_all, "\n\n");
}

TEST(VideoForm, OthersNumberFramesOrGiveSeconds) {
  EXPECT_EQ(kInternVlVideo.before_image(0, 2.5), "Frame1: ");
  EXPECT_EQ(kQwen3VlVideo.before_image(1, 1.25), "<1.2 seconds>");
  EXPECT_EQ(kQwen3VlVideo.before_image(1, 10), "<10.0 seconds>");
}

}  // namespace
}  // namespace edgevlm
