#include "convert/preset.h"

#include <gtest/gtest.h>

#include "gguf/names.h"
#include "gguf/reader.h"

namespace edgevlm {
namespace {

constexpr DecoderPreset kSmall = {"llama", 512, 2, 8, 2, 768, 1e-5f, 1e4f, 128, 400, true, false};

TEST(Preset, NamesAreFound) {
  for (const Preset& preset : Presets()) {
    EXPECT_EQ(FindPreset(preset.name)->name, preset.name);
    EXPECT_TRUE(preset.decoder.own_head_width > 0 ||
                preset.decoder.width % preset.decoder.heads == 0)
        << preset.name;
  }
  EXPECT_NE(FindPreset("gpt-9").error().message.find("found gpt-9"), std::string::npos);
}

TEST(Preset, TakesTheDecoderOfAnother) {
  const Preset preset = *FindPreset("blip2-opt-2.7b+mobilellama-1.4b");
  EXPECT_EQ(preset.name, "blip2-opt-2.7b+mobilellama-1.4b");
  EXPECT_EQ(preset.vision_encoder->projector, PresetProjector::kQFormer);
  EXPECT_EQ(preset.decoder.architecture, "llama");
  EXPECT_EQ(preset.decoder.width, 2048);
  for (const char* wrong : {"gpt-9+gpt2", "gpt2+gpt-9", "gpt2+", "+gpt2", "gpt2+gpt2+gpt2"}) {
    EXPECT_FALSE(FindPreset(wrong)) << wrong;
  }
}

TEST(Preset, WritesTheMixture) {
  const FileType type = *ParseFileType("q4_k_m");
  const PresetFiles files = MakePreset({"small", kSmall, std::nullopt}, type);
  EXPECT_TRUE(files.mmproj.empty());
  const Result<GgufFile> file = GgufFile::Parse(files.model);
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(*file->Int(keys::kFileType), 15);
  EXPECT_EQ(file->FindTensor("blk.0.attn_q.weight")->view.dtype, DType::kQ4_K);
  EXPECT_EQ(file->FindTensor("blk.0.attn_k.weight")->view.shape, (Shape{128, 512}));
  EXPECT_EQ(file->FindTensor("token_embd.weight")->view.dtype, DType::kQ6_K) << "it is tied";
  EXPECT_EQ(file->FindTensor("output_norm.weight")->view.dtype, DType::kF32);
  EXPECT_FALSE(file->HasTensor("output.weight"));
  const Result<std::vector<float>> values =
      ToFloats(file->FindTensor("blk.1.ffn_down.weight")->view);
  ASSERT_TRUE(values.ok());
  double squares = 0;
  for (const float value : *values) squares += double{value} * double{value};
  // Normal values of variance 1 / 768, in 4 to 6 bits.
  EXPECT_NEAR(squares / static_cast<double>(values->size()) * 768, 1, 0.05);
}

TEST(Preset, WritesAVisionEncoder) {
  const VisionEncoderPreset vision_encoder = {PresetProjector::kLdpV2, 64, 2, 4, 128, 56, 14,
                                              PresetVit::kClip,        1};
  const PresetFiles files = MakePreset({"small", kSmall, vision_encoder}, *ParseFileType("f16"));
  const Result<GgufFile> file = GgufFile::Parse(files.mmproj);
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(*file->String(keys::kProjectorType), "ldpv2");
  EXPECT_EQ(file->FindTensor("v.position_embd.weight")->view.shape, (Shape{17, 64}));
  EXPECT_EQ(file->FindTensor("mm.model.mlp.2.weight")->view.dtype, DType::kF16);
}

TEST(Preset, WritesTheBlocksOfLdp) {
  const VisionEncoderPreset vision_encoder = {PresetProjector::kLdp, 64, 2, 4, 128, 56, 14,
                                              PresetVit::kClip,      1};
  const PresetFiles files = MakePreset({"small", kSmall, vision_encoder}, *ParseFileType("f16"));
  const Result<GgufFile> file = GgufFile::Parse(files.mmproj);
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(*file->String(keys::kProjectorType), "ldp");
  EXPECT_EQ(file->FindTensor("mm.model.mb_block.2.block.0.0.weight")->view.shape,
            (Shape{512, 1, 3, 3}));
  EXPECT_EQ(file->FindTensor("mm.model.mb_block.1.block.1.fc2.weight")->view.shape,
            (Shape{512, 128}));
}

TEST(Preset, WritesWhatFamiliesDifferIn) {
  DecoderPreset shape = kSmall;
  shape.has_rope_factors = true;
  const FileType type = *ParseFileType("f16");
  const PresetFiles scaled = MakePreset({"small", shape, std::nullopt}, type);
  EXPECT_EQ(GgufFile::Parse(scaled.model)->FindTensor("rope_freqs.weight")->view.shape,
            (Shape{32}));
  shape.architecture = "gpt2";
  shape.block = PresetBlock::kGpt2;
  shape.has_rope_factors = false;
  const PresetFiles files = MakePreset({"small", shape, std::nullopt}, type);
  const Result<GgufFile> gpt2 = GgufFile::Parse(files.model);
  ASSERT_TRUE(gpt2.ok()) << gpt2.error().message;
  EXPECT_EQ(*gpt2->Float(keys::LayerNormEpsilon("gpt2")), 1e-5f);
  EXPECT_EQ(gpt2->FindTensor("position_embd.weight")->view.shape, (Shape{128, 512}));
  EXPECT_EQ(gpt2->FindTensor("blk.1.attn_qkv.bias")->view.shape, (Shape{1536}));
  EXPECT_FALSE(gpt2->HasTensor("blk.1.ffn_gate.weight"));
}

TEST(Preset, WritesGemma3AndInternVl) {
  DecoderPreset shape = kSmall;
  shape.architecture = "gemma3";
  shape.block = PresetBlock::kGemma3;
  shape.own_head_width = 96;
  shape.window = 64;
  const VisionEncoderPreset pooled = {PresetProjector::kGemma3, 64, 2, 4, 128, 56, 14,
                                      PresetVit::kSiglip,       4};
  const PresetFiles gemma = MakePreset({"small", shape, pooled}, *ParseFileType("q4_k_m"));
  const Result<GgufFile> text = GgufFile::Parse(gemma.model), image = GgufFile::Parse(gemma.mmproj);
  ASSERT_TRUE(text && image);
  EXPECT_EQ(*text->Int(keys::SlidingWindow("gemma3")), 64);
  EXPECT_EQ(text->FindTensor("blk.1.attn_q.weight")->view.shape, (Shape{768, 512}));
  EXPECT_EQ(text->FindTensor("blk.1.attn_output.weight")->view.shape, (Shape{512, 768}));
  EXPECT_EQ(text->FindTensor("blk.1.attn_k_norm.weight")->view.shape, (Shape{96}));
  EXPECT_TRUE(text->HasTensor("blk.1.post_ffw_norm.weight"));
  EXPECT_EQ(image->FindTensor("mm.input_projection.weight")->view.shape, (Shape{64, 512}));
  EXPECT_TRUE(image->HasTensor("v.post_ln.weight"));
  EXPECT_FALSE(image->HasTensor("v.class_embd"));

  const VisionEncoderPreset shuffled = {PresetProjector::kInternVl, 64, 2, 4, 128, 56, 14,
                                        PresetVit::kInternVit,      2};
  const PresetFiles internvl = MakePreset({"small", kSmall, shuffled}, *ParseFileType("f16"));
  const Result<GgufFile> tiles = GgufFile::Parse(internvl.mmproj);
  ASSERT_TRUE(tiles);
  EXPECT_EQ(tiles->FindTensor("v.position_embd.weight")->view.shape, (Shape{17, 64}));
  EXPECT_EQ(tiles->FindTensor("v.blk.1.ls2.weight")->view.shape, (Shape{64}));
  EXPECT_EQ(tiles->FindTensor("mm.model.mlp.1.weight")->view.shape, (Shape{512, 256}));
  EXPECT_FALSE(tiles->HasTensor("v.pre_ln.weight") || tiles->HasTensor("v.post_ln.weight"));
}

TEST(Preset, WritesOptAndBlip2) {
  DecoderPreset shape = kSmall;
  shape.architecture = "opt";
  shape.block = PresetBlock::kOpt;
  shape.kv_heads = shape.heads;
  const VisionEncoderPreset encoder = {PresetProjector::kQFormer, 352, 2, 4, 384, 56, 14,
                                       PresetVit::kEva,           1};
  const PresetFiles files = MakePreset({"small", shape, encoder}, *ParseFileType("q4_k_m"));
  const Result<GgufFile> text = GgufFile::Parse(files.model), image = GgufFile::Parse(files.mmproj);
  ASSERT_TRUE(text && image);
  EXPECT_EQ(*text->Float(keys::LayerNormEpsilon("opt")), 1e-5f);
  EXPECT_EQ(text->FindTensor("blk.1.attn_v.bias")->view.shape, (Shape{512}));
  EXPECT_FALSE(text->HasTensor("blk.1.attn_qkv.weight"));
  EXPECT_EQ(text->FindTensor("position_embd.weight")->view.shape, (Shape{128, 512}));
  EXPECT_EQ(*image->String(keys::kProjectorType), "qformer");
  EXPECT_EQ(image->FindTensor("v.position_embd.weight")->view.shape, (Shape{17, 352}));
  EXPECT_FALSE(image->HasTensor("v.blk.1.attn_k.bias"));
  EXPECT_TRUE(image->HasTensor("v.post_ln.weight"));
  EXPECT_EQ(image->FindTensor("v.proj_query")->view.shape, (Shape{32, 768}));
  EXPECT_EQ(image->FindTensor("v.proj_blk.10.cross_attn_k.weight")->view.shape, (Shape{768, 352}));
  EXPECT_FALSE(image->HasTensor("v.proj_blk.11.cross_attn_k.weight"));
  EXPECT_EQ(image->FindTensor("v.proj_linear.weight")->view.shape, (Shape{512, 768}));
}

}  // namespace
}  // namespace edgevlm
