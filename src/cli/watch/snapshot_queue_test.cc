#include "cli/watch/snapshot_queue.h"

#include <gmock/gmock.h>

#include "cli/watch/frigate_topic.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using std::chrono_literals::operator""s;

constexpr SnapshotQueue::Time kStart{1000s};

Snapshot ImageOf(const std::string& camera, int content, bool is_retained = false) {
  return {.camera = camera,
          .label = "person",
          .file = std::vector<std::byte>(1, static_cast<std::byte>(content)),
          .unix_ms = content,
          .is_retained = is_retained};
}

// The camera, the content and the number of skipped images of the next one.
std::string Next(SnapshotQueue& queue, SnapshotQueue::Time now) {
  const auto next = queue.Pop(now);
  if (!next) return "none";
  return next->camera + std::to_string(static_cast<int>(next->file.at(0))) + " " +
         std::to_string(next->skipped);
}

TEST(SnapshotQueue, TheLatestImageOfACameraWins) {
  SnapshotQueue queue(5);
  EXPECT_FALSE(queue.NextDue());
  for (int i = 1; i <= 3; ++i) EXPECT_FALSE(queue.Add(ImageOf("a", i)));
  EXPECT_FALSE(queue.Add(ImageOf("b", 1)));
  EXPECT_EQ(Next(queue, kStart), "a3 2");
  EXPECT_EQ(Next(queue, kStart), "b1 0");
  EXPECT_EQ(Next(queue, kStart), "none");
}

TEST(SnapshotQueue, ACameraWaitsAndLosesNothing) {
  SnapshotQueue queue(5);
  EXPECT_FALSE(queue.Add(ImageOf("a", 1)));
  EXPECT_EQ(Next(queue, kStart), "a1 0");
  EXPECT_FALSE(queue.Add(ImageOf("a", 2)));
  EXPECT_EQ(queue.NextDue(), kStart + 5s);
  EXPECT_EQ(Next(queue, kStart + 4s), "none");
  EXPECT_EQ(Next(queue, kStart + 5s), "a2 0") << "the last image of an object is looked at";
}

TEST(SnapshotQueue, CamerasTakeTurns) {
  SnapshotQueue queue(1);
  for (int i = 0; i < 3; ++i) {
    for (const char* const camera : {"a", "b", "c"}) EXPECT_FALSE(queue.Add(ImageOf(camera, i)));
    const std::string expected(1, static_cast<char>('a' + i));
    EXPECT_EQ(Next(queue, kStart + i * 1s).substr(0, 1), expected);
  }
}

TEST(SnapshotQueue, WhatIsKnownIsNotLookedAtAfterANewConnection) {
  SnapshotQueue queue(0);
  EXPECT_FALSE(queue.Add(ImageOf("a", 1)));
  EXPECT_EQ(Next(queue, kStart), "a1 0");
  EXPECT_FALSE(queue.Add(ImageOf("a", 1, true)));
  EXPECT_EQ(Next(queue, kStart), "none");
  EXPECT_FALSE(queue.Add(ImageOf("a", 2, true)));
  EXPECT_EQ(Next(queue, kStart), "a2 0") << "it came meanwhile";
  EXPECT_FALSE(queue.Add(ImageOf("a", 2)));
  EXPECT_EQ(Next(queue, kStart), "a2 0") << "Frigate publishes it again";
}

TEST(SnapshotQueue, MemoryIsBounded) {
  SnapshotQueue queue(0);
  EXPECT_FALSE(SnapshotQueue::CheckSize(SnapshotQueue::kFileBytes));
  EXPECT_THAT(SnapshotQueue::CheckSize(SnapshotQueue::kFileBytes + 1)->message,
              HasSubstr("expected an image of at most 8 MiB, found 8388609 bytes"));
  for (int i = 0; i < 64; ++i) {
    Snapshot snapshot = ImageOf("c" + std::to_string(i), i);
    snapshot.file.resize(SnapshotQueue::kFileBytes);
    EXPECT_FALSE(queue.Add(std::move(snapshot)));
  }
  EXPECT_THAT(queue.Add(ImageOf("more", 0))->message, HasSubstr("at most 64 cameras"));
  std::size_t images = 0;
  while (queue.Pop(kStart)) ++images;
  EXPECT_EQ(images, SnapshotQueue::kAllBytes / SnapshotQueue::kFileBytes);
  EXPECT_FALSE(queue.Add(ImageOf("c0", 1)));
  EXPECT_EQ(Next(queue, kStart), "c01 1") << "the one that was pushed out is counted";
}

TEST(FrigateTopic, HasACameraAndALabel) {
  EXPECT_EQ(SnapshotTopics("home/frigate"), "home/frigate/+/+/snapshot");
  EXPECT_EQ(AvailableTopic("frigate"), "frigate/available");
  const auto object = ParseSnapshotTopic("frigate", "frigate/front-door_2/traffic light/snapshot");
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_EQ(object->camera, "front-door_2");
  EXPECT_EQ(object->label, "traffic light");
  const std::string longest(64, 'x');
  EXPECT_TRUE(ParseSnapshotTopic("f", "f/" + longest + "/" + longest + "/snapshot"));
  for (const std::string& topic :
       {std::string("frigate/a/b/snapshots"), std::string("frigate/a/snapshot"),
        std::string("frigate/a/b/c/snapshot"), std::string("frigate//b/snapshot"),
        std::string("frigate/a//snapshot"), std::string("frigate/a b/c/snapshot"),
        std::string("frigate/../b/snapshot"), std::string("other/a/b/snapshot"),
        std::string("frigate/snapshot"), std::string("/snapshot"), std::string(),
        std::string("frigate/a/b\x1b/snapshot"), "frigate/" + longest + "x/b/snapshot",
        "frigate/a/" + longest + "x/snapshot"}) {
    EXPECT_FALSE(ParseSnapshotTopic("frigate", topic)) << topic;
  }
}

}  // namespace
}  // namespace edgevlm
