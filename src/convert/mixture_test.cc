#include "convert/mixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

FileType Named(std::string_view name) { return *ParseFileType(name); }

DType Choose(std::string_view tensor, const Shape& shape, std::string_view type,
             const MixtureFacts& facts = {.decoder_blocks = 16}) {
  return ChooseType({tensor, {DType::kF32, shape, {}}}, Named(type), facts);
}

TEST(Mixture, NamesAreFoundInAnyCase) {
  for (const FileType& type : FileTypes()) EXPECT_EQ(Named(type.name).id, type.id);
  EXPECT_EQ(Named("q8_0").id, 7u);
  EXPECT_EQ(Named("q4_k").name, "Q4_K_M");
  EXPECT_EQ(Named("Q2_K").id, 10u);
  EXPECT_EQ(Named("iq4_xs").id, 30u);
  EXPECT_FALSE(ParseFileType(""));
}

// What llama-quantize writes besides.
TEST(Mixture, UnknownNamesListTheKnownOnes) {
  for (const char* name :
       {"Q1_0", "Q2_0", "IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M", "IQ3_XXS",
        "IQ3_XS", "IQ3_S", "IQ3_M", "TQ1_0", "TQ2_0", "MXFP4_MOE", "COPY"}) {
    const auto unknown = ParseFileType(name);
    ASSERT_FALSE(unknown) << name;
    EXPECT_EQ(
        unknown.error().message,
        "type: expected one of F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q2_K_S, "
        "Q3_K_S, Q3_K_M, Q3_K_L, Q4_K_S, Q4_K_M, Q5_K_S, Q5_K_M, Q6_K, IQ4_NL, IQ4_XS, found " +
            std::string(name));
  }
}

TEST(Mixture, GivesSensitiveTensorsMoreBits) {
  // Of 16 blocks: the first and last two, and every third from the fifth on.
  for (int block = 0; block < 16; ++block) {
    const std::string name = "blk." + std::to_string(block);
    const bool more = block < 2 || block >= 14 || (block - 2) % 3 == 2;
    const DType expected = more ? DType::kQ6_K : DType::kQ4_K;
    EXPECT_EQ(Choose(name + ".attn_v.weight", {256, 256}, "Q4_K_M"), expected) << block;
    EXPECT_EQ(Choose(name + ".ffn_down.weight", {256, 512}, "Q4_K_M"), expected) << block;
    EXPECT_EQ(Choose(name + ".ffn_up.weight", {512, 256}, "Q4_K_M"), DType::kQ4_K);
    EXPECT_EQ(Choose(name + ".attn_v.weight", {256, 256}, "Q4_K_S"),
              block < 4 ? DType::kQ5_K : DType::kQ4_K);
    EXPECT_EQ(Choose(name + ".ffn_down.weight", {256, 512}, "Q4_K_S"),
              block < 2 ? DType::kQ5_K : DType::kQ4_K);
    EXPECT_EQ(Choose(name + ".attn_output.weight", {256, 256}, "Q3_K_M"), DType::kQ4_K);
    EXPECT_EQ(Choose(name + ".attn_v.weight", {256, 256}, "Q8_0"), DType::kQ8_0);
  }
  EXPECT_EQ(Choose("blk.3.attn_v.weight", {256, 256}, "Q2_K"), DType::kQ3_K);
  EXPECT_EQ(Choose("blk.3.attn_v.weight", {64, 256}, "Q2_K",
                   {.decoder_blocks = 16, .queries_per_key = 4}),
            DType::kQ4_K);
}

TEST(Mixture, GivesSensitiveTensorsOfIq4TheBitsOfQ5K) {
  constexpr MixtureFacts kShared = {.decoder_blocks = 16, .queries_per_key = 4};
  for (const auto& [name, dtype] :
       {std::pair("IQ4_NL", DType::kIQ4_NL), std::pair("IQ4_XS", DType::kIQ4_XS)}) {
    for (int block = 0; block < 16; ++block) {
      const std::string prefix = "blk." + std::to_string(block);
      EXPECT_EQ(Choose(prefix + ".ffn_down.weight", {256, 512}, name),
                block < 2 ? DType::kQ5_K : dtype);
      EXPECT_EQ(Choose(prefix + ".attn_v.weight", {64, 256}, name, kShared), DType::kQ5_K);
      EXPECT_EQ(Choose(prefix + ".attn_v.weight", {256, 256}, name), dtype);
      EXPECT_EQ(Choose(prefix + ".attn_output.weight", {256, 256}, name), dtype);
      EXPECT_EQ(Choose(prefix + ".ffn_up.weight", {512, 256}, name), dtype);
    }
    EXPECT_EQ(Choose("output.weight", {1000, 256}, name), DType::kQ6_K);
    EXPECT_EQ(Choose("output.weight", {1000, 576}, name), DType::kQ8_0);
    EXPECT_EQ(Choose("token_embd.weight", {1000, 256}, name), dtype);
  }
}

TEST(Mixture, KeepsTheOutputPrecise) {
  EXPECT_EQ(Choose("output.weight", {1000, 256}, "Q4_0"), DType::kQ6_K);
  EXPECT_EQ(Choose("output.weight", {1000, 256}, "Q8_0"), DType::kQ8_0);
  EXPECT_EQ(Choose("output.weight", {1000, 576}, "Q4_K_M"), DType::kQ8_0);
  EXPECT_EQ(Choose("output.weight", {1000, 256}, "F16"), DType::kF16);
  EXPECT_EQ(Choose("token_embd.weight", {1000, 256}, "Q4_K_M"), DType::kQ4_K);
  EXPECT_EQ(Choose("token_embd.weight", {1000, 256}, "Q4_K_M", {.is_tied = true}), DType::kQ6_K);
}

TEST(Mixture, ChoosesSmallerBlocksIfRowsAreNotMultiples) {
  constexpr std::string_view kName = "blk.7.ffn_up.weight";
  EXPECT_EQ(Choose(kName, {64, 96}, "Q2_K"), DType::kQ4_0);
  EXPECT_EQ(Choose(kName, {64, 96}, "Q3_K_M"), DType::kQ4_0);
  EXPECT_EQ(Choose(kName, {64, 96}, "Q4_K_M"), DType::kQ5_0);
  EXPECT_EQ(Choose(kName, {64, 96}, "Q5_K_M"), DType::kQ5_1);
  EXPECT_EQ(Choose(kName, {64, 96}, "Q6_K"), DType::kQ8_0);
  EXPECT_EQ(Choose(kName, {64, 96}, "IQ4_XS"), DType::kIQ4_NL);
  EXPECT_EQ(Choose("blk.0.ffn_down.weight", {64, 96}, "IQ4_XS"), DType::kQ5_1);
  EXPECT_EQ(Choose(kName, {64, 100}, "IQ4_NL"), DType::kF16);
  EXPECT_EQ(Choose(kName, {64, 100}, "Q6_K"), DType::kF16);
  EXPECT_EQ(Choose(kName, {64, 100}, "Q4_0"), DType::kF16);
}

TEST(Mixture, LeavesSmallAndFixedTensorsAlone) {
  for (const auto* name : {"blk.0.attn_norm.weight", "blk.0.attn_q.bias", "position_embd.weight",
                           "v.position_embd.weight", "v.patch_embd.weight", "v.class_embd"}) {
    EXPECT_EQ(Choose(name, {256, 256}, "Q4_0"), DType::kF32) << name;
  }
  EXPECT_EQ(Choose("blk.0.anything.weight", {256}, "Q4_0"), DType::kF32);
  EXPECT_EQ(Choose("blk.0.anything.weight", {1, 256}, "Q4_0"), DType::kF32);
}

TEST(Mixture, TheLastMatchingRuleCounts) {
  const std::vector<TypeRule> rules = {*TypeRule::Parse("blk=q8_0"), *TypeRule::Parse("^blk.0=F16"),
                                       *TypeRule::Parse("norm=q4_0")};
  const auto choose = [&](std::string_view tensor, const Shape& shape) {
    return ChooseType({tensor, {DType::kF32, shape, {}}}, Named("q4_k_m"), {.decoder_blocks = 4},
                      rules);
  };
  EXPECT_EQ(choose("blk.0.ffn_up.weight", {256, 256}), DType::kF16);
  EXPECT_EQ(choose("blk.1.ffn_up.weight", {256, 256}), DType::kQ8_0);
  EXPECT_EQ(choose("blk.1.ffn_up.weight", {256, 40}), DType::kF16);  // no whole blocks
  EXPECT_EQ(choose("output.weight", {256, 256}), DType::kQ6_K);
  EXPECT_EQ(choose("blk.1.attn_norm.weight", {256}), DType::kF32);  // no matrix
}

TEST(Mixture, RejectsOtherRules) {
  for (const char* text : {"", "ffn_up", "=q4_0", "ffn_up=", "ffn_up=q9", "ffn_up=iq2_xs",
                           "ffn_(up=q4_0", "ffn_up=i32"}) {
    const auto rule = TypeRule::Parse(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_THAT(rule.error().message, HasSubstr("tensor-type: expected "));
  }
  EXPECT_FALSE(TypeRule::Parse(std::string(300, 'a') + "=q4_0"));
  // Exponential with a matcher that backtracks.
  EXPECT_FALSE(TypeRule::Parse("(a*)*(a*)*(a*)*b=q4_0")->Matches(std::string(200, 'a')));
}

}  // namespace
}  // namespace edgevlm
