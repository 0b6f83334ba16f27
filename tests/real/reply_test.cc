// Replies of a published language model: that a trained model generates sensible text.
#include <gmock/gmock.h>

#include "program.h"
#include "real/real_model.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

using RealReplyTest = RealModelTest;

TEST_F(RealReplyTest, KnowsACapital) {
  const Outcome outcome =
      RunEdgevlm({"chat", "-m", model_}, "What is the capital of France? Answer in one word.\n");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("Paris"));
}

}  // namespace
}  // namespace edgevlm
