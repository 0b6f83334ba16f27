// The folders of Qwen2-Audio and Ultravox.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convert/testing/converted.h"
#include "convert/testing/tiny_models.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kTowerWidth = 8, kTowerHidden = 12, kTowerBlocks = 2, kTowerBands = 4;

void AddTower(TinyFolder& folder, const std::string& body) {
  folder.config["audio_config"] = {
      {"d_model", kTowerWidth},       {"encoder_layers", kTowerBlocks},
      {"encoder_attention_heads", 2}, {"encoder_ffn_dim", kTowerHidden},
      {"num_mel_bins", kTowerBands},  {"max_source_positions", 10}};
  for (int block = 0; block < kTowerBlocks; ++block) {
    const std::string layer = body + "layers." + std::to_string(block) + ".";
    for (const char* part : {"q_proj", "v_proj", "out_proj"}) {
      AddLinear(folder, layer + "self_attn." + part, {kTowerWidth, kTowerWidth});
    }
    folder.Add(layer + "self_attn.k_proj.weight", {kTowerWidth, kTowerWidth});
    AddLinear(folder, layer + "self_attn_layer_norm", {kTowerWidth});
    AddLinear(folder, layer + "final_layer_norm", {kTowerWidth});
    AddLinear(folder, layer + "fc1", {kTowerHidden, kTowerWidth});
    AddLinear(folder, layer + "fc2", {kTowerWidth, kTowerHidden});
  }
  AddLinear(folder, body + "layer_norm", {kTowerWidth});
  AddLinear(folder, body + "conv1", {kTowerWidth, kTowerBands, 3});
  AddLinear(folder, body + "conv2", {kTowerWidth, kTowerWidth, 3});
  folder.Add(body + "embed_positions.weight", {10, kTowerWidth});
}

void MakeTinyUltravox(TinyFolder& folder) {
  folder.config = {{"architectures", {"UltravoxModel"}},
                   {"stack_factor", 2},
                   {"projector_act", "swiglu"},
                   {"projector_ln_mid", true},
                   {"text_config", {{"hidden_size", 6}}}};
  AddTower(folder, "audio_tower.");
  folder.Add("multi_modal_projector.ln_pre.weight", {2 * kTowerWidth});
  folder.Add("multi_modal_projector.linear_1.weight", {20, 2 * kTowerWidth});
  folder.Add("multi_modal_projector.ln_mid.weight", {10});
  folder.Add("multi_modal_projector.linear_2.weight", {6, 10});
}

void ExpectTower(const GgufFile& file) {
  EXPECT_EQ(*file.String(keys::kArchitecture), "clip");
  EXPECT_TRUE(*file.Bool(keys::kHasAudioEncoder));
  EXPECT_EQ(*file.Int(keys::kAudioMelBands), kTowerBands);
  EXPECT_EQ(*file.Int(keys::kAudioEmbeddingLength), kTowerWidth);
  EXPECT_EQ(*file.Int(keys::kAudioFeedForwardLength), kTowerHidden);
  EXPECT_EQ(*file.Int(keys::kAudioBlockCount), kTowerBlocks);
  EXPECT_EQ(*file.Int(keys::kAudioHeadCount), 2);
  EXPECT_EQ(file.FindTensor("a.conv1d.1.bias")->view.shape, (Shape{kTowerWidth, 1}));
}

TEST(ConvertUltravox, WritesItsEncoder) {
  TinyFolder folder;
  MakeTinyUltravox(folder);
  const Converted converted(folder, {.part = ModelPart::kVision});
  ASSERT_EQ(converted.error(), "");
  const GgufFile& file = converted.File();
  ExpectTower(file);
  EXPECT_EQ(*file.String(keys::kProjectorType), "ultravox");
  EXPECT_EQ(*file.Int(keys::kStackFactor), 2);
  for (const auto& [target, source] :
       {std::pair("a.conv1d.2.weight", "audio_tower.conv2.weight"),
        std::pair("a.conv1d.2.bias", "audio_tower.conv2.bias"),
        std::pair("a.blk.1.attn_out.bias", "audio_tower.layers.1.self_attn.out_proj.bias"),
        std::pair("mm.a.norm_pre.weight", "multi_modal_projector.ln_pre.weight"),
        std::pair("mm.a.mlp.1.weight", "multi_modal_projector.linear_1.weight"),
        std::pair("mm.a.norm_mid.weight", "multi_modal_projector.ln_mid.weight"),
        std::pair("mm.a.mlp.2.weight", "multi_modal_projector.linear_2.weight")}) {
    EXPECT_EQ(converted.Values(target), folder.Values(source)) << target;
  }
}

TEST(ConvertUltravox, RejectsWhatItCannotRun) {
  for (const auto& [entry, value] :
       {std::pair<const char*, nlohmann::json>("projector_act", "gelu"),
        std::pair<const char*, nlohmann::json>("projector_ln_mid", false),
        std::pair<const char*, nlohmann::json>("stack_factor", 0)}) {
    TinyFolder folder;
    MakeTinyUltravox(folder);
    folder.config[entry] = value;
    EXPECT_THAT(Converted(folder, {.part = ModelPart::kVision}).error(), HasSubstr(entry));
  }
  TinyFolder folder;
  MakeTinyUltravox(folder);
  EXPECT_THAT(Converted(folder).error(), HasSubstr("expected --part audio"));
}

void MakeTinyQwen2Audio(TinyFolder& folder) {
  nlohmann::json text = TinyLlamaConfig();
  text.erase("architectures");
  text["model_type"] = "qwen2";
  folder.config = {{"architectures", {"Qwen2AudioForConditionalGeneration"}},
                   {"text_config", text}};
  AddTinyLlama(folder, "language_model.model.", true);
  folder.Add("language_model.lm_head.weight", {kTinyVocabulary, 8});
  AddTower(folder, "audio_tower.");
  AddLinear(folder, "multi_modal_projector.linear", {text["hidden_size"], kTowerWidth});
  folder.WriteJson("tokenizer.json", TinyBytePairs());
}

TEST(ConvertQwen2Audio, WritesItsModelAndItsEncoder) {
  TinyFolder folder;
  MakeTinyQwen2Audio(folder);
  const Converted converted(folder);
  ASSERT_EQ(converted.error(), "");
  ASSERT_EQ(converted.files().size(), 2u);
  EXPECT_EQ(*converted.File().String(keys::kArchitecture), "qwen2");
  EXPECT_EQ(converted.Values("blk.0.attn_q.weight"),
            folder.Values("language_model.model.layers.0.self_attn.q_proj.weight"));
  ExpectTower(converted.File(1));
  EXPECT_EQ(*converted.File(1).String(keys::kProjectorType), "qwen2a");
  for (const auto& [target, source] :
       {std::pair("a.post_ln.weight", "audio_tower.layer_norm.weight"),
        std::pair("mm.a.fc.bias", "multi_modal_projector.linear.bias")}) {
    EXPECT_EQ(converted.Values(target, 1), folder.Values(source)) << target;
  }
}

}  // namespace
}  // namespace edgevlm
