#include "base/cpu.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(Cpu, EmptyNameAsksForTheBest) {
  const auto isa = ParseIsa("");
  ASSERT_TRUE(isa.ok());
  EXPECT_EQ(*isa, BestIsa());
}

TEST(Cpu, EveryIncludedIsaCanBeForced) {
  for (const Isa isa : {Isa::kScalar, Isa::kSse4, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Vnni,
                        Isa::kNeon, Isa::kDotprod, Isa::kI8mm}) {
    const auto parsed = ParseIsa(IsaName(isa));
    ASSERT_EQ(parsed.ok(), Includes(BestIsa(), isa)) << IsaName(isa);
    if (parsed.ok()) {
      EXPECT_EQ(*parsed, isa);
    } else {
      EXPECT_EQ(parsed.error().code, ErrorCode::kUnsupported);
    }
  }
}

TEST(Cpu, UnknownNameIsAnError) {
  for (const char* name : {"avx", "AVX2", "avx2 ", "best"}) {
    const auto parsed = ParseIsa(name);
    ASSERT_FALSE(parsed.ok()) << name;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalid);
    EXPECT_NE(parsed.error().message.find(name), std::string::npos);
  }
}

TEST(Cpu, NeonAndX86DoNotIncludeEachOther) {
  EXPECT_FALSE(Includes(Isa::kNeon, Isa::kSse4));
  EXPECT_FALSE(Includes(Isa::kAvx512, Isa::kNeon));
  EXPECT_TRUE(Includes(Isa::kNeon, Isa::kScalar));
  EXPECT_FALSE(Includes(Isa::kI8mm, Isa::kAvx512));
  EXPECT_TRUE(Includes(Isa::kAvx512, Isa::kSse4));
  EXPECT_TRUE(Includes(Isa::kI8mm, Isa::kNeon));
  EXPECT_FALSE(Includes(Isa::kNeon, Isa::kDotprod));
  EXPECT_FALSE(Includes(Isa::kAvx2, Isa::kAvx512));
}

TEST(Cpu, FeaturesComeWithTheirIsa) {
  ASSERT_TRUE(ChooseIsa().ok());
  for (const Feature feature : kFeatures) {
    if (HasFeature(feature)) {
      EXPECT_TRUE(Includes(*ChooseIsa(), IsaOf(feature))) << FeatureName(feature);
    }
  }
  EXPECT_EQ(FeatureName(Feature::kNeonBf16), "neonbf16");
  EXPECT_EQ(IsaOf(Feature::kAvxVnni), Isa::kAvx2);
}

}  // namespace
}  // namespace edgevlm
