#include "base/result.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(Error, SaysThePlaceFirst) {
  const Error inner = {ErrorCode::kCorrupt, "version: expected 3, found 7"};
  const Error error = inner.In("tensor 5").In("model.gguf");
  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_EQ(error.message, "model.gguf: tensor 5: version: expected 3, found 7");
}

}  // namespace
}  // namespace edgevlm
