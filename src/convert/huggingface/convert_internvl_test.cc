// InternVL, as transformers 4 and 5 save it. Its embeddings and logits were compared with theirs by
// hand: cosines of 0.9999998 for random models of both versions.
#include <gmock/gmock.h>

#include "convert/testing/converted.h"
#include "convert/testing/tiny_models.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

nlohmann::json TinyInternVlConfig() {
  nlohmann::json text = TinyLlamaConfig();
  text["model_type"] = "qwen2";
  text["rope_scaling"] = {{"rope_type", "dynamic"}, {"factor", 2.0}};
  nlohmann::json vision = TinyVisionEncoderConfig();
  vision["image_size"] = nlohmann::json::array({8, 8});
  vision["patch_size"] = nlohmann::json::array({4, 4});
  vision["attention_bias"] = true;
  return {{"architectures", {"InternVLForConditionalGeneration"}},
          {"model_type", "internvl"},
          {"downsample_ratio", 0.5},
          {"text_config", text},
          {"vision_config", vision}};
}

void MakeTinyInternVl(TinyFolder& folder) {
  folder.config = TinyInternVlConfig();
  AddTinyLlama(folder, "language_model.model.", /*has_bias=*/true);
  folder.Add("language_model.lm_head.weight", {kTinyVocabulary, 8});
  const std::string tower = "vision_tower.";
  folder.Add(tower + "embeddings.cls_token", {1, 1, 8});
  folder.Add(tower + "embeddings.position_embeddings", {1, 5, 8});
  AddLinear(folder, tower + "embeddings.patch_embeddings.projection", {8, 3, 4, 4});
  for (int block = 0; block < 3; ++block) {
    const std::string layer = tower + "encoder.layer." + std::to_string(block) + ".";
    for (const char* module : {"q_proj", "k_proj", "v_proj", "projection_layer"}) {
      AddLinear(folder, layer + "attention." + module, {8, 8});
    }
    AddLinear(folder, layer + "layernorm_before", {8});
    AddLinear(folder, layer + "layernorm_after", {8});
    AddLinear(folder, layer + "mlp.fc1", {12, 8});
    AddLinear(folder, layer + "mlp.fc2", {8, 12});
    folder.Add(layer + "lambda_1", {8});
    folder.Add(layer + "lambda_2", {8});
  }
  AddLinear(folder, "multi_modal_projector.layer_norm", {32});
  AddLinear(folder, "multi_modal_projector.linear_1", {8, 32});
  AddLinear(folder, "multi_modal_projector.linear_2", {8, 8});
  folder.WriteJson("preprocessor_config.json",
                   {{"crop_to_patches", true}, {"min_patches", 2}, {"max_patches", 9}});
  folder.WriteJson("tokenizer.json", TinyBytePairs());
}

TEST(ConvertInternVl, GivesTwoFiles) {
  TinyFolder folder;
  MakeTinyInternVl(folder);
  const Converted converted(folder);
  ASSERT_EQ(converted.error(), "");
  EXPECT_EQ(*converted.File().String(keys::kArchitecture), "qwen2");
  EXPECT_FALSE(converted.File().HasKey(keys::RopeScalingType("qwen2"))) << "beyond the context";
  const GgufFile& vision = converted.File(1);
  EXPECT_EQ(*vision.String(keys::kProjectorType), "internvl");
  EXPECT_EQ(*vision.Int(keys::kImageSize), 8);
  EXPECT_EQ(*vision.Int(keys::kProjectorScaleFactor), 2);
  EXPECT_EQ(*vision.Int(keys::kPreprocMinTiles), 2);
  EXPECT_EQ(*vision.Int(keys::kPreprocMaxTiles), 9);
  const std::pair<const char*, const char*> tensors[] = {
      {"v.class_embd", "vision_tower.embeddings.cls_token"},
      {"v.position_embd.weight", "vision_tower.embeddings.position_embeddings"},
      {"v.patch_embd.weight", "vision_tower.embeddings.patch_embeddings.projection.weight"},
      {"v.blk.2.attn_out.bias", "vision_tower.encoder.layer.2.attention.projection_layer.bias"},
      {"v.blk.2.ln2.weight", "vision_tower.encoder.layer.2.layernorm_after.weight"},
      {"v.blk.2.ls1.weight", "vision_tower.encoder.layer.2.lambda_1"},
      {"v.blk.2.ls2.weight", "vision_tower.encoder.layer.2.lambda_2"},
      {"mm.model.mlp.0.bias", "multi_modal_projector.layer_norm.bias"},
      {"mm.model.mlp.1.weight", "multi_modal_projector.linear_1.weight"},
      {"mm.model.mlp.3.weight", "multi_modal_projector.linear_2.weight"}};
  for (const auto& [gguf, name] : tensors) {
    EXPECT_EQ(converted.Values(gguf, 1), folder.Values(name)) << gguf;
  }
}

// Version 5 ties the matrices by an entry of the whole model, and keeps the decoder's own.
TEST(ConvertInternVl, TheOutputMayBeTiedByTheWholeModel) {
  TinyFolder folder;
  MakeTinyInternVl(folder);
  folder.tensors.erase("language_model.lm_head.weight");
  EXPECT_THAT(Converted(folder).error(), HasSubstr("lm_head"));
  TinyFolder tied;
  MakeTinyInternVl(tied);
  tied.tensors.erase("language_model.lm_head.weight");
  tied.config["tie_word_embeddings"] = true;
  const Converted converted(tied);
  ASSERT_EQ(converted.error(), "");
  EXPECT_FALSE(converted.File().HasTensor("output.weight"));
}

TEST(ConvertInternVl, RejectsLargerEncoders) {
  TinyFolder folder;
  MakeTinyInternVl(folder);
  folder.config["vision_config"]["use_qk_norm"] = true;
  EXPECT_THAT(Converted(folder).error(), HasSubstr("'use_qk_norm': expected false"));
  TinyFolder oblong;
  MakeTinyInternVl(oblong);
  oblong.config["vision_config"]["image_size"] = nlohmann::json::array({8, 12});
  EXPECT_THAT(Converted(oblong).error(), HasSubstr("two equal sides"));
}

}  // namespace
}  // namespace edgevlm
