// The folders of OPT and BLIP-2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convert/testing/converted.h"
#include "convert/testing/tiny_models.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kTinyNewline = 6;  // the token

// Width 8, two heads, two blocks. The position table has two rows more than positions.
void AddTinyOpt(TinyFolder& folder, const std::string& body) {
  folder.Add(body + "embed_tokens.weight", {kTinyVocabulary, 8});
  folder.Add(body + "embed_positions.weight", {18, 8});
  AddLinear(folder, body + "final_layer_norm", {8});
  for (int block = 0; block < 2; ++block) {
    const std::string layer = body + "layers." + std::to_string(block) + ".";
    for (const char* module : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
      AddLinear(folder, layer + "self_attn." + module, {8, 8});
    }
    AddLinear(folder, layer + "self_attn_layer_norm", {8});
    AddLinear(folder, layer + "final_layer_norm", {8});
    AddLinear(folder, layer + "fc1", {12, 8});
    AddLinear(folder, layer + "fc2", {8, 12});
  }
  nlohmann::json tokenizer = TinyBytePairs();
  tokenizer["model"]["vocab"]["\u010A"] = kTinyNewline;
  folder.WriteJson("tokenizer.json", tokenizer);
}

nlohmann::json TinyOptConfig() {
  return {{"model_type", "opt"},           {"architectures", {"OPTForCausalLM"}},
          {"max_position_embeddings", 16}, {"hidden_size", 8},
          {"word_embed_proj_dim", 8},      {"ffn_dim", 12},
          {"num_hidden_layers", 2},        {"num_attention_heads", 2},
          {"vocab_size", kTinyVocabulary}, {"bos_token_id", 5},
          {"eos_token_id", kTinyNewline}};
}

void MakeTinyOpt(TinyFolder& folder) {
  folder.config = TinyOptConfig();
  AddTinyOpt(folder, "model.decoder.");
}

void AddTinyQFormer(TinyFolder& folder) {
  folder.Add("query_tokens", {1, 3, 8});
  AddLinear(folder, "qformer.layernorm", {8});
  AddLinear(folder, "language_projection", {8, 8});
  folder.Add("qformer.embeddings.word_embeddings.weight", {9, 8});
  for (int block = 0; block < 3; ++block) {
    const std::string layer = "qformer.encoder.layer." + std::to_string(block) + ".";
    for (const std::string kind : {"attention", "crossattention"}) {
      if (kind == "crossattention" && block % 2 == 1) continue;
      const int inputs = kind == "attention" ? 8 : 12;
      AddLinear(folder, layer + kind + ".attention.query", {8, 8});
      AddLinear(folder, layer + kind + ".attention.key", {8, inputs});
      AddLinear(folder, layer + kind + ".attention.value", {8, inputs});
      AddLinear(folder, layer + kind + ".output.dense", {8, 8});
      AddLinear(folder, layer + kind + ".output.LayerNorm", {8});
    }
    for (const std::string branch : {"", "_query"}) {
      AddLinear(folder, layer + "intermediate" + branch + ".dense", {10, 8});
      AddLinear(folder, layer + "output" + branch + ".dense", {8, 10});
      AddLinear(folder, layer + "output" + branch + ".LayerNorm", {8});
    }
  }
}

void MakeTinyBlip2(TinyFolder& folder) {
  folder.config = {{"architectures", {"Blip2ForConditionalGeneration"}},
                   {"text_config", TinyOptConfig()},
                   {"vision_config",
                    {{"hidden_size", 12},
                     {"intermediate_size", 20},
                     {"num_hidden_layers", 2},
                     {"num_attention_heads", 2},
                     {"image_size", 8},
                     {"patch_size", 4}}},
                   {"qformer_config",
                    {{"hidden_size", 8},
                     {"intermediate_size", 10},
                     {"num_hidden_layers", 3},
                     {"num_attention_heads", 2}}}};
  AddTinyOpt(folder, "language_model.model.decoder.");
  const std::string tower = "vision_model.";
  folder.Add(tower + "embeddings.class_embedding", {1, 1, 12});
  folder.Add(tower + "embeddings.position_embedding", {1, 5, 12});
  AddLinear(folder, tower + "embeddings.patch_embedding", {12, 3, 4, 4});
  AddLinear(folder, tower + "post_layernorm", {12});
  for (int block = 0; block < 2; ++block) {
    const std::string layer = tower + "encoder.layers." + std::to_string(block) + ".";
    AddLinear(folder, layer + "self_attn.qkv", {36, 12});
    AddLinear(folder, layer + "self_attn.projection", {12, 12});
    AddLinear(folder, layer + "layer_norm1", {12});
    AddLinear(folder, layer + "layer_norm2", {12});
    AddLinear(folder, layer + "mlp.fc1", {20, 12});
    AddLinear(folder, layer + "mlp.fc2", {12, 20});
  }
  AddTinyQFormer(folder);
}

std::vector<float> RowsFrom(const std::vector<float>& values, std::size_t first,
                            std::size_t count) {
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

TEST(ConvertOpt, Text) {
  TinyFolder folder;
  MakeTinyOpt(folder);
  const Converted converted(folder);
  ASSERT_EQ(converted.error(), "");
  const GgufFile& file = converted.File();
  EXPECT_EQ(*file.String(keys::kArchitecture), "opt");
  EXPECT_EQ(*file.Int(keys::ContextLength("opt")), 16);
  EXPECT_EQ(*file.Int(keys::VocabularySize("opt")), kTinyVocabulary);
  EXPECT_EQ(*file.Float(keys::LayerNormEpsilon("opt")), 1e-5f);
  EXPECT_TRUE(*file.Bool(keys::kAddBosToken)) << "although no file says so";
  EXPECT_FALSE(file.HasTensor("output.weight"));
  EXPECT_EQ(converted.Values("position_embd.weight"),
            RowsFrom(folder.Values("model.decoder.embed_positions.weight"), 2 * 8, 16 * 8));
  const std::pair<const char*, const char*> tensors[] = {
      {"blk.1.attn_norm.weight", "layers.1.self_attn_layer_norm.weight"},
      {"blk.1.ffn_norm.weight", "layers.1.final_layer_norm.weight"},
      {"blk.1.attn_v.weight", "layers.1.self_attn.v_proj.weight"},
      {"blk.1.attn_output.bias", "layers.1.self_attn.out_proj.bias"},
      {"blk.0.ffn_down.weight", "layers.0.fc2.weight"},
      {"output_norm.bias", "final_layer_norm.bias"}};
  for (const auto& [gguf, name] : tensors) {
    EXPECT_EQ(converted.Values(gguf), folder.Values(std::string("model.decoder.") + name)) << gguf;
  }
}

TEST(ConvertOpt, RejectsOtherArrangements) {
  const std::pair<const char*, nlohmann::json> entries[] = {{"do_layer_norm_before", false},
                                                            {"word_embed_proj_dim", 4},
                                                            {"activation_function", "gelu"},
                                                            {"enable_bias", false},
                                                            {"_remove_final_layer_norm", true}};
  for (const auto& [entry, value] : entries) {
    TinyFolder folder;
    MakeTinyOpt(folder);
    folder.config[entry] = value;
    EXPECT_THAT(Converted(folder).error(), HasSubstr("'" + std::string(entry) + "': expected"));
  }
  TinyFolder untied;
  MakeTinyOpt(untied);
  untied.config["tie_word_embeddings"] = false;
  EXPECT_THAT(Converted(untied).error(), HasSubstr("lm_head"));
  TinyFolder short_table;
  MakeTinyOpt(short_table);
  short_table.Add("model.decoder.embed_positions.weight", {2, 8});
  EXPECT_THAT(Converted(short_table).error(), HasSubstr("expected more than 2 rows"));
}

TEST(ConvertBlip2, GivesTwoFiles) {
  TinyFolder folder;
  MakeTinyBlip2(folder);
  const Converted converted(folder);
  ASSERT_EQ(converted.error(), "");
  EXPECT_EQ(*converted.File().String(keys::kArchitecture), "opt");
  EXPECT_EQ(*converted.File().Int(keys::kEotTokenId), kTinyNewline);
  const GgufFile& vision = converted.File(1);
  EXPECT_EQ(*vision.String(keys::kProjectorType), "qformer");
  EXPECT_TRUE(*vision.Bool(keys::kClassTokenFirst));
  EXPECT_TRUE(*vision.Bool(keys::kUseGelu));
  EXPECT_EQ(*vision.Int(keys::kQFormerBlockCount), 3);
  EXPECT_EQ(*vision.Int(keys::kQFormerFeedForwardLength), 10);
  EXPECT_EQ(*vision.Float(keys::kQFormerLayerNormEpsilon), 1e-12f);
  EXPECT_EQ(*vision.Int(keys::kProjectionDim), 8);
  const auto& qkv = folder.Values("vision_model.encoder.layers.1.self_attn.qkv.weight");
  EXPECT_EQ(converted.Values("v.blk.1.attn_k.weight", 1), RowsFrom(qkv, 12 * 12, 12 * 12));
  EXPECT_FALSE(vision.HasTensor("v.blk.1.attn_k.bias"));
  EXPECT_FALSE(vision.HasTensor("v.proj_blk.1.cross_attn_q.weight"));
  const std::pair<const char*, const char*> tensors[] = {
      {"v.class_embd", "vision_model.embeddings.class_embedding"},
      {"v.position_embd.weight", "vision_model.embeddings.position_embedding"},
      {"v.post_ln.bias", "vision_model.post_layernorm.bias"},
      {"v.blk.1.attn_out.weight", "vision_model.encoder.layers.1.self_attn.projection.weight"},
      {"v.proj_query", "query_tokens"},
      {"v.proj_norm.weight", "qformer.layernorm.weight"},
      {"v.proj_blk.1.self_attn_k.weight", "qformer.encoder.layer.1.attention.attention.key.weight"},
      {"v.proj_blk.2.cross_attn_v.weight",
       "qformer.encoder.layer.2.crossattention.attention.value.weight"},
      {"v.proj_blk.2.cross_attn_norm.bias",
       "qformer.encoder.layer.2.crossattention.output.LayerNorm.bias"},
      {"v.proj_blk.1.ffn_up.weight", "qformer.encoder.layer.1.intermediate_query.dense.weight"},
      {"v.proj_blk.1.ffn_norm.weight", "qformer.encoder.layer.1.output_query.LayerNorm.weight"},
      {"v.proj_linear.weight", "language_projection.weight"}};
  for (const auto& [gguf, name] : tensors) {
    EXPECT_EQ(converted.Values(gguf, 1), folder.Values(name)) << gguf;
  }
}

TEST(ConvertBlip2, RejectsOtherParts) {
  const std::pair<const char*, nlohmann::json> changes[] = {
      {"/text_config/model_type", "t5"},
      {"/qformer_config/cross_attention_frequency", 1},
      {"/qformer_config/hidden_act", "relu"},
      {"/vision_config/hidden_act", "quick_gelu"},
      {"/vision_config/qkv_bias", false}};
  for (const auto& [path, value] : changes) {
    TinyFolder folder;
    MakeTinyBlip2(folder);
    const nlohmann::json::json_pointer pointer(path);
    folder.config[pointer] = value;
    EXPECT_THAT(Converted(folder).error(), HasSubstr("'" + pointer.back() + "': expected"));
  }
}

}  // namespace
}  // namespace edgevlm
