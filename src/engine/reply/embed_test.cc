#include <gmock/gmock.h>

#include <cmath>

#include "engine/testing/tiny_engine.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

class EmbedTest : public ::testing::Test {
 protected:
  std::vector<float> Embed(const std::vector<Part>& parts) const {
    const auto embedding = engine_.Embed(parts);
    EXPECT_TRUE(embedding);
    return embedding ? embedding->values : std::vector<float>();
  }
  static double Product(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
    return sum;
  }

  const Engine engine_ = TinyEngine();
};

TEST_F(EmbedTest, IsAVectorOfLengthOne) {
  const std::vector<float> cat = Embed({{.text = "a cat"}});
  ASSERT_EQ(std::ssize(cat), engine_.info().embedding_length);
  // Rounded to float: D values, each by at most half an epsilon of itself.
  EXPECT_NEAR(Product(cat, cat), 1, 1e-6);
  EXPECT_EQ(cat, Embed({{.text = "a cat"}}));
  EXPECT_LT(Product(cat, Embed({{.text = "zzz"}})), 0.999);
  EXPECT_EQ(engine_.Embed(std::vector<Part>{{.text = "zzz"}})->tokens, 3);
}

TEST_F(EmbedTest, ReadsTextsAndImagesInOrder) {
  const auto image =
      std::make_shared<const EncodedImage>(*engine_.EncodeImage(TinyImage(24, 16, 1)));
  const auto other =
      std::make_shared<const EncodedImage>(*engine_.EncodeImage(TinyImage(24, 16, 2)));
  const std::vector<float> alone = Embed({{.image = image}});
  EXPECT_NE(alone, Embed({{.image = other}}));
  EXPECT_NE(Embed({{.image = image}, {.text = "a"}}), Embed({{.text = "a"}, {.image = image}}));
  EXPECT_EQ(engine_.Embed(std::vector<Part>{{.text = "a"}, {.image = image}})->tokens,
            image->tokens + 1);
  EXPECT_EQ(Embed({{.text = "a"}, {.text = "b"}}), Embed({{.text = "ab"}}));
}

TEST_F(EmbedTest, RejectsWhatItCannotRead) {
  EXPECT_EQ(engine_.Embed({}).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(engine_.Embed(std::vector<Part>{{.text = ""}}).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(engine_.Embed(std::vector<Part>{{.text = "\xff"}}).error().code, ErrorCode::kInvalid);
  const std::vector<Part> large = {{.text = std::string(100'000, 'x')}};
  EXPECT_EQ(engine_.Embed(large).error().code, ErrorCode::kTooLarge);
  EXPECT_THAT(engine_.Embed(large).error().message, HasSubstr("found 100000"));
  EXPECT_EQ(engine_.Embed(large, /*cut=*/true)->tokens, engine_.info().context_tokens);
}

}  // namespace
}  // namespace edgevlm
