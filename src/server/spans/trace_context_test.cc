#include "server/spans/trace_context.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

constexpr const char* kGood = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContext, ReadsTraceAndParent) {
  const auto context = ParseTraceparent(kGood);
  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context->parent_id, "00f067aa0ba902b7");
}

TEST(TraceContext, ReadsLaterVersions) {
  const std::string later = "cc" + std::string(kGood).substr(2);
  EXPECT_TRUE(ParseTraceparent(later));
  EXPECT_TRUE(ParseTraceparent(later + "-what-comes-later"));
  EXPECT_FALSE(ParseTraceparent(later + "."));
}

TEST(TraceContext, IgnoresWhatIsMalformed) {
  const std::string good = kGood;
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(ParseTraceparent(good.substr(0, size))) << size;
    std::string changed = good;
    changed[size] = 'G';
    EXPECT_FALSE(ParseTraceparent(changed)) << size;
  }
  for (const std::string& wrong :
       {good + "-", good + "0", good + ", " + good, " " + good, "ff" + good.substr(2),
        std::string("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"),
        std::string("00-00000000000000000000000000000000-00f067aa0ba902b7-01"),
        std::string("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")}) {
    EXPECT_FALSE(ParseTraceparent(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace edgevlm
