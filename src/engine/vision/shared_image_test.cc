#include "engine/vision/shared_image.h"

#include <gtest/gtest.h>

#include "engine/testing/tiny_engine.h"

namespace edgevlm {
namespace {

class SharedImageTest : public ::testing::Test {
 protected:
  static Engine Load(std::size_t cache_bytes) {
    const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
    return *Engine::Load(bytes, {.threads = 1, .image_cache_bytes = cache_bytes});
  }

  const std::vector<std::byte> file_ = TinyImage(24, 16, 1);
};

// Cancelled between any two blocks, the engine is unchanged.
TEST_F(SharedImageTest, GivesUpWhenItIsAsked) {
  for (const std::size_t cache_bytes : {std::size_t{0}, std::size_t{1} << 20}) {
    const Engine engine = Load(cache_bytes);
    int asked = 0;
    for (int when = 1;; ++when) {
      asked = 0;
      const auto image =
          ShareImage(StateOf(engine), file_, {.is_over = [&] { return ++asked >= when; }});
      if (image) break;
      EXPECT_EQ(image.error().code, ErrorCode::kCancelled);
      EXPECT_EQ(asked, when) << "nothing is asked that is known";
      EXPECT_EQ(engine.image_cache().entries, 0u);
    }
    EXPECT_GT(asked, 2) << "before the blocks and between them";
    EXPECT_TRUE(engine.EncodeImage(file_));
  }
}

TEST_F(SharedImageTest, IsHeldForItsScope) {
  const Engine engine = Load(std::size_t{1} << 20);
  const auto image = ShareImage(StateOf(engine), file_, {.scope = "a"});
  ASSERT_TRUE(image);
  EXPECT_TRUE(image->is_new);
  EXPECT_FALSE(ShareImage(StateOf(engine), file_, {.scope = "a"})->is_new);
  EXPECT_TRUE(ShareImage(StateOf(engine), file_, {.scope = "b"})->is_new);
  EXPECT_EQ(image->image->file.width, 24);
  EXPECT_EQ(image->image->file.height, 16);
  EXPECT_EQ(engine.FindImage("no such id", "a"), nullptr);
}

}  // namespace
}  // namespace edgevlm
