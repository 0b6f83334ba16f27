// Phi-3 and Phi-3-Vision, from a folder to files that are read back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "base/mapped_file.h"
#include "convert/huggingface/convert.h"
#include "convert/testing/tiny_models.h"
#include "gguf/names.h"
#include "gguf/reader.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kBlocks = 2;

void MakePhi3(TinyFolder& folder) {
  folder.config = TinyLlamaConfig();
  folder.config.update(
      {{"architectures", {"Phi3ForCausalLM"}},
       {"model_type", "phi3"},
       {"num_key_value_heads", 2},
       {"max_position_embeddings", 64},
       {"original_max_position_embeddings", 16},
       {"sliding_window", 40},
       {"rope_scaling",
        {{"type", "longrope"}, {"short_factor", {1.0, 1.25}}, {"long_factor", {2.0, 4.0}}}}});
  folder.Add("model.embed_tokens.weight", {kTinyVocabulary, 8});
  folder.Add("model.norm.weight", {8});
  folder.Add("lm_head.weight", {kTinyVocabulary, 8});
  for (int block = 0; block < kBlocks; ++block) {
    const std::string layer = "model.layers." + std::to_string(block) + ".";
    folder.Add(layer + "input_layernorm.weight", {8});
    folder.Add(layer + "post_attention_layernorm.weight", {8});
    folder.Add(layer + "self_attn.qkv_proj.weight", {24, 8});
    folder.Add(layer + "self_attn.o_proj.weight", {8, 8});
    folder.Add(layer + "mlp.gate_up_proj.weight", {24, 8});
    folder.Add(layer + "mlp.down_proj.weight", {8, 12});
  }
  WriteTinyPieces(folder);
}

void MakePhi3V(TinyFolder& folder) {
  MakePhi3(folder);
  folder.config.update({{"architectures", {"Phi3VForCausalLM"}},
                        {"model_type", "phi3_v"},
                        {"img_processor", TinyVisionEncoderConfig()}});
  const std::string embedding = "model.vision_embed_tokens.";
  AddTinyVisionEncoder(folder, embedding + "img_processor.vision_model.", /*is_clip=*/true);
  AddLinear(folder, embedding + "img_projection.0", {8, 32});
  AddLinear(folder, embedding + "img_projection.2", {8, 8});
  folder.Add(embedding + "sub_GN", {1, 1, 1, 32});
  folder.Add(embedding + "glb_GN", {1, 1, 32});
  folder.WriteJson("preprocessor_config.json", {{"num_crops", 4}});
}

struct Phi3Files {
  explicit Phi3Files(TinyFolder& folder) {
    folder.Save();
    auto converted = ConvertFolder({.folder = folder.path(), .path = folder.File("out.gguf")});
    if (!converted) {
      error = converted.error().message;
      return;
    }
    for (const ConvertedFile& file : *converted) {
      mapped.push_back(*MappedFile::Open(file.path));
      files.push_back(*GgufFile::Parse(mapped.back().bytes()));
    }
  }

  std::string error;
  std::vector<MappedFile> mapped;
  std::vector<GgufFile> files;
};

TEST(ConvertPhi3, KeepsFusedMatricesAndBothRopes) {
  TinyFolder folder;
  MakePhi3(folder);
  const Phi3Files converted(folder);
  ASSERT_EQ(converted.error, "");
  const GgufFile& file = converted.files.front();
  EXPECT_EQ(*file.String(keys::kArchitecture), "phi3");
  EXPECT_EQ(*file.Int(keys::RopeOriginalContext("phi3")), 16);
  EXPECT_EQ(*file.Int(keys::SlidingWindow("phi3")), 40);
  // sqrt(1 + ln(64 / 16) / ln 16)
  EXPECT_NEAR(*file.Float(keys::RopeAttentionFactor("phi3")), std::sqrt(1.5), 1e-6);
  EXPECT_THAT(*ToFloats(*file.Tensor("rope_factors_short.weight")), ElementsAre(1.0f, 1.25f));
  EXPECT_THAT(*ToFloats(*file.Tensor("rope_factors_long.weight")), ElementsAre(2.0f, 4.0f));
  EXPECT_EQ(*ToFloats(*file.Tensor("blk.1.attn_qkv.weight")),
            folder.Values("model.layers.1.self_attn.qkv_proj.weight"));
  EXPECT_EQ(*ToFloats(*file.Tensor("blk.1.ffn_up.weight")),
            folder.Values("model.layers.1.mlp.gate_up_proj.weight"));
}

TEST(ConvertPhi3, WithoutLongRopeThereAreNoFactors) {
  TinyFolder folder;
  MakePhi3(folder);
  folder.config["rope_scaling"] = nullptr;
  folder.config["sliding_window"] = nullptr;
  const Phi3Files converted(folder);
  ASSERT_EQ(converted.error, "");
  const GgufFile& file = converted.files.front();
  EXPECT_FALSE(file.HasTensor("rope_factors_long.weight"));
  EXPECT_FALSE(file.HasKey(keys::RopeAttentionFactor("phi3")));
  EXPECT_FALSE(file.HasKey(keys::SlidingWindow("phi3")));
}

TEST(ConvertPhi3, ImageEncoderAndSeparators) {
  TinyFolder folder;
  MakePhi3V(folder);
  const Phi3Files converted(folder);
  ASSERT_EQ(converted.error, "");
  ASSERT_EQ(converted.files.size(), 2u);
  const GgufFile& file = converted.files.back();
  EXPECT_EQ(*file.String(keys::kProjectorType), "phi3v");
  EXPECT_EQ(*file.Int(keys::kPreprocMaxTiles), 4);
  EXPECT_EQ(*file.Int(keys::kVisionBlockCount), 2);
  EXPECT_THAT(*file.Ints(keys::kVisionFeatureLayer), ElementsAre(2));
  EXPECT_TRUE(*file.Bool(keys::kClassTokenFirst));
  EXPECT_EQ(file.Tensor("v.image_newline")->shape, (Shape{32}));
  EXPECT_EQ(*ToFloats(*file.Tensor("v.view_seperator")),
            folder.Values("model.vision_embed_tokens.glb_GN"));
}

TEST(ConvertPhi3, NamesWhatItCannotDo) {
  TinyFolder folder;
  MakePhi3(folder);
  folder.config["rope_scaling"]["long_factor"] = {1.0};
  EXPECT_THAT(Phi3Files(folder).error, HasSubstr("'long_factor': expected"));
  folder.config["rope_scaling"] = {{"type", "yarn"}};
  EXPECT_THAT(Phi3Files(folder).error, HasSubstr("'type': expected"));
  TinyFolder vision;
  MakePhi3V(vision);
  vision.config["embd_layer"] = {{"hd_transform_order", "glb_sub"}};
  EXPECT_THAT(Phi3Files(vision).error, HasSubstr("'hd_transform_order': expected \"sub_glb\""));
}

}  // namespace
}  // namespace edgevlm
