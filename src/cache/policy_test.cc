#include "cache/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cache/eviction.h"
#include "cache/testing/random_cache.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(const std::string& text) {
  const Result<CacheOptions> options = ParseCacheOptions(text);
  return options ? "read" : options.error().message;
}

TEST(CacheOptions, AreParsedAndFormatted) {
  for (const std::string& text : EveryPolicy()) {
    const Result<CacheOptions> options = ParseCacheOptions(text);
    ASSERT_TRUE(options) << options.error().message;
    EXPECT_EQ(CacheText(*options), text);
    EXPECT_FALSE(Validate(*options));
  }
  EXPECT_EQ(ParseCacheOptions("f16")->policy, CacheOptions().policy);
}

TEST(CacheOptions, InvalidOptionsAreRejectedInOneLine) {
  for (const char* text : {"", "F16", "f16 ", "q3", ":", "h2", "h2o:0.5:1"}) {
    EXPECT_THAT(ErrorOf(text), HasSubstr("cache: ")) << text;
  }
  EXPECT_EQ(ErrorOf("f16:2"), "cache: f16: expected no argument, found 2");
  EXPECT_EQ(ErrorOf("h2o"), "cache: h2o:RATIO: expected a ratio above 0, at most 1, found nothing");
  for (const char* ratio : {"0", "-0.5", "1.01", "nan", "inf", "half", "0.5x"}) {
    EXPECT_THAT(ErrorOf(std::string("h2o:") + ratio), HasSubstr("a ratio above 0, at most 1"));
  }
  for (const char* tokens : {"0", "-3", "1.5", "", "99999999999", "many"}) {
    EXPECT_THAT(ErrorOf(std::string("window:") + tokens), HasSubstr("tokens, at least 1"));
  }
  EXPECT_THAT(ErrorOf("quick"), HasSubstr("cache: policy: expected one of f16, q8_0"));
  EXPECT_THAT(ErrorOf("quick"), HasSubstr("found quick"));
}

TEST(CachePolicy, TheStrongerOneExistsAndNeedsLess) {
  for (const CachePolicy* policy : CachePolicies()) {
    EXPECT_EQ(FindCachePolicy(policy->name), policy);
    if (policy->stronger.empty()) continue;
    const CachePolicy* stronger = FindCachePolicy(policy->stronger);
    ASSERT_NE(stronger, nullptr) << policy->name;
    ASSERT_EQ(stronger->argument, CacheArgument::kNone);
    const LayerShape shape = {.capacity = 2048, .heads = 2, .head_width = 64};
    EXPECT_LT(stronger->bytes(shape), policy->bytes(shape));
  }
}

TEST(CachePolicy, NeedsNoMoreThanItsBytes) {
  for (const std::string& text : EveryPolicy()) {
    const CacheShape shape = {.layers = 3,
                              .capacity = 600,
                              .heads = 2,
                              .head_width = 20,
                              .options = *ParseCacheOptions(text)};
    SequenceCache cache(shape);
    RandomText prompt(1), reply(2);
    prompt.Attend(300, cache);
    prompt.EndPrompt(cache);
    reply.Attend(300, cache, 1);
    const int queries = kFreshRows * 2 * 2 * 20 * 4 * 3;  // that are recorded
    EXPECT_LE(static_cast<long long>(cache.bytes()), CacheBytes(shape) + queries) << text;
  }
}

}  // namespace
}  // namespace edgevlm
