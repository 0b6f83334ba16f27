#include "server/speech/transcription_queue.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

// Without a model no job can run: what happens to those that wait is in tests/serve_speech_test.cc.
TEST(TranscriptionQueue, StopsWithoutJobs) {
  TranscriptionQueue queue(nullptr, 1);
  EXPECT_EQ(queue.waiting(), 0);
  queue.Cancel(7);
  queue.Stop();
  EXPECT_FALSE(queue.Submit({}));
  queue.Stop();
}

}  // namespace
}  // namespace edgevlm
