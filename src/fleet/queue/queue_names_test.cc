#include <gtest/gtest.h>

#include "fleet/queue/queue.h"

namespace edgevlm {
namespace {

TEST(QueueToken, HasNoByteThatSubjectsGiveAMeaning) {
  EXPECT_EQ(QueueToken("photos 2024.*>\n"), "photos_2024____");
  EXPECT_EQ(QueueToken(""), "_");
  EXPECT_EQ(QueueToken(std::string(200, 'a')).size(), 64u);
  EXPECT_EQ(ImagesSubject("m.1", "b"), "edgevlm.images.m_1.b");
  EXPECT_EQ(ImagesSubject("m", "*"), "edgevlm.images.m.*");
  EXPECT_EQ(RepliesSubject("*"), "edgevlm.replies._");
}

TEST(WithoutPassword, ShowsNoUserAndNoPassword) {
  EXPECT_EQ(WithoutPassword("nats://me:secret@host:4222"), "nats://host:4222");
  EXPECT_EQ(WithoutPassword("me:sec@ret@host"), "host");
  EXPECT_EQ(WithoutPassword("tls://host"), "tls://host");
}

}  // namespace
}  // namespace edgevlm
