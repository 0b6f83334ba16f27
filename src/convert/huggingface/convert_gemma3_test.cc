// Gemma 3, as transformers 4 and 5 save it. Its logits were compared with theirs by hand: cosines
// of 0.9999999 for random models of both versions.
#include <gmock/gmock.h>

#include "convert/testing/converted.h"
#include "convert/testing/tiny_models.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

nlohmann::json TinyGemma3Config() {
  return {{"architectures", {"Gemma3ForCausalLM"}},
          {"model_type", "gemma3_text"},
          {"max_position_embeddings", 64},
          {"hidden_size", 8},
          {"intermediate_size", 12},
          {"num_hidden_layers", 3},
          {"num_attention_heads", 2},
          {"num_key_value_heads", 1},
          {"head_dim", 6},
          {"query_pre_attn_scalar", 6},
          {"vocab_size", kTinyVocabulary},
          {"sliding_window", 16},
          {"sliding_window_pattern", 3},
          {"rope_theta", 1e6},
          {"rope_local_base_freq", 5000.0},
          {"rope_scaling", {{"rope_type", "linear"}, {"factor", 8.0}}}};
}

// Version 5 nests the rotary positions by the type of block, and lists the types.
nlohmann::json TinyGemma3ConfigOfVersion5() {
  nlohmann::json config = TinyGemma3Config();
  for (const char* entry :
       {"sliding_window_pattern", "rope_theta", "rope_local_base_freq", "rope_scaling"}) {
    config.erase(entry);
  }
  config["layer_types"] = {"sliding_attention", "sliding_attention", "full_attention"};
  config["rope_parameters"] = {
      {"full_attention", {{"rope_type", "linear"}, {"factor", 8.0}, {"rope_theta", 1e6}}},
      {"sliding_attention", {{"rope_type", "default"}, {"rope_theta", 5000.0}}}};
  return config;
}

void AddTinyGemma3(TinyFolder& folder, const std::string& body) {
  folder.Add(body + "embed_tokens.weight", {kTinyVocabulary, 8});
  folder.Add(body + "norm.weight", {8});
  for (int block = 0; block < 3; ++block) {
    const std::string layer = body + "layers." + std::to_string(block) + ".";
    for (const char* norm : {"input", "post_attention", "pre_feedforward", "post_feedforward"}) {
      folder.Add(layer + norm + "_layernorm.weight", {8});
    }
    folder.Add(layer + "self_attn.q_proj.weight", {12, 8});
    folder.Add(layer + "self_attn.k_proj.weight", {6, 8});
    folder.Add(layer + "self_attn.v_proj.weight", {6, 8});
    folder.Add(layer + "self_attn.o_proj.weight", {8, 12});
    folder.Add(layer + "self_attn.q_norm.weight", {6});
    folder.Add(layer + "self_attn.k_norm.weight", {6});
    folder.Add(layer + "mlp.gate_proj.weight", {12, 8});
    folder.Add(layer + "mlp.up_proj.weight", {12, 8});
    folder.Add(layer + "mlp.down_proj.weight", {8, 12});
  }
}

void MakeTinyGemma3(TinyFolder& folder) {
  folder.config = TinyGemma3Config();
  AddTinyGemma3(folder, "model.");
  WriteTinyPieces(folder);
}

// prefix: of the parts that are not the decoder.
void MakeTinyGemma3WithImages(TinyFolder& folder, const std::string& body,
                              const std::string& prefix) {
  folder.config = {{"architectures", {"Gemma3ForConditionalGeneration"}},
                   {"model_type", "gemma3"},
                   {"mm_tokens_per_image", 1},
                   {"text_config", TinyGemma3Config()},
                   {"vision_config", TinyVisionEncoderConfig()}};
  AddTinyGemma3(folder, body);
  AddTinyVisionEncoder(folder, prefix + "vision_tower.vision_model.", false);
  folder.Add(prefix + "multi_modal_projector.mm_input_projection_weight", {8, 8});
  folder.Add(prefix + "multi_modal_projector.mm_soft_emb_norm.weight", {8});
  WriteTinyPieces(folder);
}

std::vector<float> OneAdded(std::vector<float> values) {
  for (float& value : values) value += 1.0f;
  return values;
}

std::string Gemma3ErrorWith(const char* entry, const nlohmann::json& value) {
  TinyFolder folder;
  MakeTinyGemma3(folder);
  folder.config[entry] = value;
  return Converted(folder).error();
}

TEST(ConvertGemma3, KeysOfBothVersionsAreTheSame) {
  for (const bool is_version_5 : {false, true}) {
    TinyFolder folder;
    MakeTinyGemma3(folder);
    if (is_version_5) folder.config = TinyGemma3ConfigOfVersion5();
    const Converted converted(folder);
    ASSERT_EQ(converted.error(), "");
    const GgufFile& file = converted.File();
    EXPECT_EQ(*file.String(keys::kArchitecture), "gemma3");
    EXPECT_EQ(*file.Int(keys::KeyLength("gemma3")), 6);
    EXPECT_EQ(*file.Int(keys::SlidingWindow("gemma3")), 16);
    EXPECT_EQ(*file.Bools(keys::SlidingWindowPattern("gemma3")),
              (std::vector<bool>{true, true, false}));
    EXPECT_EQ(*file.Float(keys::RopeFreqBase("gemma3")), 1e6f);
    EXPECT_EQ(*file.Float(keys::RopeFreqBaseSwa("gemma3")), 5000.0f);
    EXPECT_EQ(*file.Float(keys::RopeScalingFactor("gemma3")), 8.0f);
  }
}

// The folder stores the norms' difference from 1.
TEST(ConvertGemma3, NormsAreWhole) {
  TinyFolder folder;
  MakeTinyGemma3(folder);
  const Converted converted(folder);
  ASSERT_EQ(converted.error(), "");
  const std::pair<const char*, const char*> norms[] = {
      {"blk.1.attn_norm", "input_layernorm"},
      {"blk.1.post_attention_norm", "post_attention_layernorm"},
      {"blk.1.ffn_norm", "pre_feedforward_layernorm"},
      {"blk.1.post_ffw_norm", "post_feedforward_layernorm"},
      {"blk.1.attn_q_norm", "self_attn.q_norm"},
      {"blk.1.attn_k_norm", "self_attn.k_norm"}};
  for (const auto& [gguf, name] : norms) {
    EXPECT_EQ(converted.Values(std::string(gguf) + ".weight"),
              OneAdded(folder.Values("model.layers.1." + std::string(name) + ".weight")))
        << gguf;
  }
  EXPECT_EQ(converted.Values("output_norm.weight"), OneAdded(folder.Values("model.norm.weight")));
  EXPECT_EQ(converted.Values("blk.1.attn_q.weight"),
            folder.Values("model.layers.1.self_attn.q_proj.weight"));
  EXPECT_FALSE(converted.File().HasTensor("output.weight"));
}

TEST(ConvertGemma3, TheImageEncoderIsAFileOfItsOwn) {
  for (const auto& [body, prefix] :
       {std::pair("language_model.model.", ""), std::pair("model.language_model.", "model.")}) {
    TinyFolder folder;
    MakeTinyGemma3WithImages(folder, body, prefix);
    const Converted converted(folder);
    ASSERT_EQ(converted.error(), "");
    const GgufFile& vision = converted.File(1);
    EXPECT_EQ(*vision.String(keys::kProjectorType), "gemma3");
    EXPECT_EQ(*vision.Int(keys::kProjectorScaleFactor), 2) << "2 x 2 patches become one token";
    EXPECT_EQ(
        converted.Values("mm.input_projection.weight", 1),
        folder.Values(std::string(prefix) + "multi_modal_projector.mm_input_projection_weight"));
    EXPECT_EQ(converted.Values("mm.soft_emb_norm.weight", 1),
              OneAdded(folder.Values(std::string(prefix) +
                                     "multi_modal_projector.mm_soft_emb_norm.weight")));
    EXPECT_EQ(*vision.Float(keys::kVisionLayerNormEpsilon), 1e-6f);
    EXPECT_TRUE(*vision.Bool(keys::kUseGelu));
  }
}

TEST(ConvertGemma3, RejectsWhatWouldComputeSomethingElse) {
  EXPECT_THAT(Gemma3ErrorWith("final_logit_softcapping", 30.0),
              HasSubstr("expected null, found 30"));
  EXPECT_THAT(Gemma3ErrorWith("use_bidirectional_attention", true), HasSubstr("expected false"));
  EXPECT_THAT(Gemma3ErrorWith("query_pre_attn_scalar", 4), HasSubstr("expected 6, found 4"));
  EXPECT_THAT(Gemma3ErrorWith("hidden_activation", "silu"), HasSubstr("gelu_pytorch_tanh"));
  EXPECT_THAT(Gemma3ErrorWith("layer_types", {"sliding_attention"}), HasSubstr("layer_types"));
  EXPECT_THAT(Gemma3ErrorWith("layer_types", {"chunked", "chunked", "chunked"}),
              HasSubstr("full_attention"));
  EXPECT_THAT(Gemma3ErrorWith("rope_scaling", {{"rope_type", "yarn"}, {"factor", 2.0}}),
              HasSubstr("\"default\" or \"linear\""));
}

}  // namespace
}  // namespace edgevlm
