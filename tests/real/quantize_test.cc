// Quantizing a published language model: it still answers correctly.
#include <gmock/gmock.h>

#include "program.h"
#include "real/real_model.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

using RealQuantizeTest = RealModelTest;

// Rows of 576 values are not a multiple of IQ4_XS blocks, so most tensors become IQ4_NL; rows of
// 1536, every ffn_down after the first eighth of the blocks, stay IQ4_XS.
TEST_F(RealQuantizeTest, Iq4StillKnowsACapital) {
  const TestFolder folder;
  const std::string wide = folder.Path("f16.gguf");
  ASSERT_EQ(RunEdgevlm({"quantize", model_, wide, "F16"}).exit_code, 0);
  const std::string path = folder.Path("iq4_xs.gguf");
  const Outcome outcome = RunEdgevlm({"quantize", wide, path, "IQ4_XS"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const std::string tensors = RunEdgevlm({"inspect", path}).output;
  for (const char* type : {"IQ4_XS", "IQ4_NL"}) EXPECT_THAT(tensors, HasSubstr(type));
  const Outcome reply =
      RunEdgevlm({"chat", "-m", path}, "What is the capital of France? Answer in one word.\n");
  EXPECT_EQ(reply.exit_code, 0) << reply.errors;
  EXPECT_THAT(reply.output, HasSubstr("Paris"));
}

}  // namespace
}  // namespace edgevlm
