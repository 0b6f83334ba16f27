#include "server/request_images.h"

#include <gmock/gmock.h>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

// A PPM of 4 x 4.
std::string TinyImage() { return "P6 4 4 255\n" + std::string(std::size_t{4} * 4 * 3, 'x'); }

class RequestImagesTest : public ::testing::Test {
 protected:
  // How many tiny images are read before one is rejected; `most` at most.
  int Accepted(int most) {
    problem_.reset();
    RequestImages images(rules_, problem_);
    int accepted = 0;
    while (accepted < most && images.FromBytes(TinyImage(), "image").image != nullptr) ++accepted;
    return accepted;
  }

  // That the last problem is a limit, and says which.
  void ExpectLimit(const char* words) const {
    ASSERT_TRUE(problem_.has_value());
    EXPECT_EQ(problem_->status, 413);
    EXPECT_THAT(problem_->message, HasSubstr(words));
  }

  ServerRules rules_;
  Problem problem_;
};

TEST_F(RequestImagesTest, HaveNoNumberOfTheirOwn) {
  EXPECT_EQ(Accepted(500), 500);
  rules_.limits.images = 3;
  EXPECT_EQ(Accepted(500), 3);
  ExpectLimit("at most 3 images");
}

TEST_F(RequestImagesTest, ShareTheBytesOfARequest) {
  rules_.limits.body_bytes = TinyImage().size() * 5;
  EXPECT_EQ(Accepted(500), 5);
  ExpectLimit("bytes in all files");
}

TEST_F(RequestImagesTest, SharePixels) {
  rules_.limits.image_pixels = 16;
  EXPECT_EQ(Accepted(500), kFullImages);
  ExpectLimit("pixels in all images");
  rules_.limits.image_pixels = 15;
  EXPECT_EQ(Accepted(500), 0);
  ExpectLimit("at most 15 pixels, found 4 x 4");
}

}  // namespace
}  // namespace edgevlm
