// Every family, from a folder to files that are read back.
#include "convert/huggingface/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "convert/huggingface/planned_tensor.h"
#include "convert/testing/converted.h"
#include "convert/testing/tiny_models.h"
#include "gguf/names.h"
#include "gguf/reader.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Rows of heads of `width`, by the definition: pair i of a head is rows i and i + width / 2 in the
// folder, rows 2 i and 2 i + 1 in the file.
std::vector<float> Paired(const std::vector<float>& values, std::size_t rows, std::size_t width) {
  const std::size_t cols = values.size() / rows;
  std::vector<float> paired(values.size());
  for (std::size_t head = 0; head < rows / width; ++head) {
    for (std::size_t i = 0; i < width / 2; ++i) {
      for (std::size_t half = 0; half < 2; ++half) {
        const std::size_t from = head * width + i + half * width / 2;
        const std::size_t to = head * width + 2 * i + half;
        for (std::size_t c = 0; c < cols; ++c) paired[to * cols + c] = values[from * cols + c];
      }
    }
  }
  return paired;
}

std::vector<float> Transposed(const std::vector<float>& values, std::size_t rows) {
  const std::size_t cols = values.size() / rows;
  std::vector<float> transposed(values.size());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) transposed[c * rows + r] = values[r * cols + c];
  }
  return transposed;
}

TEST(Convert, Llama) {
  TinyFolder folder;
  MakeTinyLlama(folder);
  const Converted converted(folder);
  ASSERT_EQ(converted.error(), "");
  const GgufFile& file = converted.File();
  EXPECT_EQ(*file.String(keys::kArchitecture), "llama");
  EXPECT_EQ(*file.String(keys::kGeneralType), "model");
  EXPECT_THAT(std::string(*file.String(keys::kName)), HasSubstr("Tiny Folder "));
  EXPECT_EQ(*file.Int(keys::kFileType), 1);
  EXPECT_EQ(*file.Int(keys::ContextLength("llama")), 64);
  EXPECT_EQ(*file.Int(keys::VocabularySize("llama")), kTinyVocabulary);
  EXPECT_EQ(*file.Int(keys::HeadCount("llama")), 2);
  EXPECT_EQ(*file.Int(keys::HeadCountKv("llama")), 1);
  EXPECT_EQ(*file.Int(keys::RopeDimensionCount("llama")), 4);
  EXPECT_EQ(*file.Float(keys::RopeFreqBase("llama")), 10000.0f);
  EXPECT_EQ(*file.Float(keys::RmsNormEpsilon("llama")), 1e-5f);
  EXPECT_FALSE(file.HasKey(keys::KeyLength("llama")));
  EXPECT_EQ(file.tensors().size(), 3u + 2u * 9u);
  const std::string layer = "model.layers.1.";
  EXPECT_EQ(converted.Values("token_embd.weight"), folder.Values("model.embed_tokens.weight"));
  EXPECT_EQ(converted.Values("output.weight"), folder.Values("lm_head.weight"));
  EXPECT_EQ(converted.Values("blk.1.attn_q.weight"),
            Paired(folder.Values(layer + "self_attn.q_proj.weight"), 8, 4));
  EXPECT_EQ(converted.Values("blk.1.attn_k.weight"),
            Paired(folder.Values(layer + "self_attn.k_proj.weight"), 4, 4));
  EXPECT_EQ(converted.Values("blk.1.attn_v.weight"),
            folder.Values(layer + "self_attn.v_proj.weight"));
  EXPECT_EQ(converted.Values("blk.1.ffn_down.weight"),
            folder.Values(layer + "mlp.down_proj.weight"));
  EXPECT_EQ(file.Tensor("blk.1.ffn_down.weight")->shape, (Shape{8, 12}));
  EXPECT_EQ(file.Tensor("blk.1.ffn_down.weight")->dtype, DType::kF16);
  EXPECT_EQ(file.Tensor("blk.1.ffn_norm.weight")->dtype, DType::kF32);
}

TEST(Convert, TheTypeIsThatOfTheFolderOrTheOption) {
  TinyFolder folder;
  MakeTinyLlama(folder);
  folder.Add("lm_head.weight", {kTinyVocabulary, 8}, 0, 1, DType::kBF16);
  const Converted same(folder);
  ASSERT_EQ(same.error(), "");
  EXPECT_EQ(same.File().Tensor("output.weight")->dtype, DType::kBF16);
  EXPECT_EQ(*same.File().Int(keys::kFileType), 32);
  const Converted wide(folder, {.dtype = DType::kF32, .replaces = true});
  ASSERT_EQ(wide.error(), "");
  EXPECT_EQ(wide.File().Tensor("output.weight")->dtype, DType::kF32);
  EXPECT_EQ(*wide.File().Int(keys::kFileType), 0);
}

TEST(Convert, Qwen2KeepsTheRotateHalfOrder) {
  TinyFolder folder;
  MakeTinyQwen2(folder);
  const Converted converted(folder);
  ASSERT_EQ(converted.error(), "");
  const GgufFile& file = converted.File();
  EXPECT_EQ(*file.String(keys::kArchitecture), "qwen2");
  EXPECT_FALSE(file.HasTensor("output.weight"));
  const std::string layer = "model.layers.0.self_attn.";
  EXPECT_EQ(converted.Values("blk.0.attn_q.weight"), folder.Values(layer + "q_proj.weight"));
  EXPECT_EQ(converted.Values("blk.0.attn_k.bias"), folder.Values(layer + "k_proj.bias"));
  EXPECT_EQ(file.Tensor("blk.0.attn_k.bias")->dtype, DType::kF32);
}

TEST(Convert, Gpt2IsTransposed) {
  for (const std::string prefix : {"", "transformer."}) {
    TinyFolder folder;
    MakeTinyGpt2(folder);
    StoredTensors renamed;
    for (const auto& [name, tensor] : folder.tensors) renamed[prefix + name] = tensor;
    folder.tensors = renamed;
    const Converted converted(folder);
    ASSERT_EQ(converted.error(), "");
    const GgufFile& file = converted.File();
    EXPECT_EQ(*file.Int(keys::FeedForwardLength("gpt2")), 32);
    EXPECT_EQ(converted.Values("blk.0.attn_qkv.weight"),
              Transposed(folder.Values("h.0.attn.c_attn.weight"), 8));
    EXPECT_EQ(file.Tensor("blk.0.attn_qkv.weight")->shape, (Shape{24, 8}));
    EXPECT_EQ(converted.Values("blk.1.ffn_down.weight"),
              Transposed(folder.Values("h.1.mlp.c_proj.weight"), 32));
    EXPECT_EQ(converted.Values("blk.1.ffn_up.bias"), folder.Values("h.1.mlp.c_fc.bias"));
    EXPECT_EQ(file.Tensor("position_embd.weight")->dtype, DType::kF32);
  }
}

TEST(Convert, Llama3ScalesLongWavelengths) {
  TinyFolder folder;
  MakeTinyLlama(folder);
  folder.config["rope_theta"] = 500000.0;
  folder.config["rope_scaling"] = {{"rope_type", "llama3"},
                                   {"factor", 8.0},
                                   {"low_freq_factor", 1.0},
                                   {"high_freq_factor", 4.0},
                                   {"original_max_position_embeddings", 8192}};
  const Converted converted(folder);
  ASSERT_EQ(converted.error(), "");
  // Pair 0: waves of 2 pi positions stay. Pair 1: 2 pi * 500000^0.5 = 4443, between 2048 and 8192.
  const double smooth = (8192 / (2 * M_PI * std::sqrt(500000.0)) - 1) / 3;
  const std::vector<float> factors = converted.Values("rope_freqs.weight");
  ASSERT_EQ(factors.size(), 2u);
  EXPECT_EQ(factors[0], 1.0f);
  EXPECT_NEAR(factors[1], 1 / ((1 - smooth) / 8 + smooth), 1e-6);
}

TEST(Convert, LinearScalingAndHeadWidthHaveKeys) {
  TinyFolder folder;
  MakeTinyLlama(folder);
  folder.config["rope_scaling"] = {{"type", "linear"}, {"factor", 4.0}};
  folder.config["head_dim"] = 4;
  const Converted converted(folder);
  ASSERT_EQ(converted.error(), "");
  EXPECT_EQ(*converted.File().String(keys::RopeScalingType("llama")), "linear");
  EXPECT_EQ(*converted.File().Float(keys::RopeScalingFactor("llama")), 4.0f);
  EXPECT_EQ(*converted.File().Int(keys::KeyLength("llama")), 4);
}

TEST(Convert, LlavaGivesTwoFiles) {
  TinyFolder folder;
  MakeTinyLlava(folder);
  const Converted converted(folder);
  ASSERT_EQ(converted.error(), "");
  ASSERT_EQ(converted.files().size(), 2u);
  EXPECT_EQ(converted.files()[1].path, folder.File("mmproj-out.gguf"));
  EXPECT_EQ(converted.Values("blk.0.attn_q.weight"),
            Paired(folder.Values("language_model.model.layers.0.self_attn.q_proj.weight"), 8, 4));
  const GgufFile& vision_encoder = converted.File(1);
  EXPECT_EQ(*vision_encoder.String(keys::kArchitecture), "clip");
  EXPECT_EQ(*vision_encoder.String(keys::kGeneralType), "mmproj");
  EXPECT_EQ(*vision_encoder.String(keys::kProjectorType), "mlp");
  EXPECT_EQ(*vision_encoder.Int(keys::kVisionBlockCount), 2);
  EXPECT_THAT(*vision_encoder.Ints(keys::kVisionFeatureLayer), ElementsAre(2));
  EXPECT_FALSE(*vision_encoder.Bool(keys::kUseGelu));
  EXPECT_THAT(*vision_encoder.Floats(keys::kImageMean), ElementsAre(0.5f, 0.25f, 0.125f));
  EXPECT_EQ(*vision_encoder.Int(keys::kProjectionDim), 8);
  const std::string tower = "vision_tower.vision_model.";
  EXPECT_EQ(converted.Values("v.class_embd", 1),
            folder.Values(tower + "embeddings.class_embedding"));
  EXPECT_EQ(converted.Values("v.pre_ln.bias", 1), folder.Values(tower + "pre_layrnorm.bias"));
  EXPECT_EQ(converted.Values("v.blk.1.attn_q.weight", 1),
            folder.Values(tower + "encoder.layers.1.self_attn.q_proj.weight"));
  EXPECT_EQ(converted.Values("v.blk.1.ffn_up.weight", 1),
            folder.Values(tower + "encoder.layers.1.mlp.fc1.weight"));
  EXPECT_FALSE(vision_encoder.HasTensor("v.blk.2.ln1.weight"));
  EXPECT_FALSE(vision_encoder.HasTensor("v.post_ln.weight"));
  EXPECT_EQ(converted.Values("mm.2.weight", 1),
            folder.Values("multi_modal_projector.linear_2.weight"));
  EXPECT_EQ(vision_encoder.Tensor("v.patch_embd.weight")->dtype, DType::kF16);
  EXPECT_EQ(vision_encoder.Tensor("v.patch_embd.weight")->shape, (Shape{8, 3, 4, 4}));
  EXPECT_EQ(vision_encoder.Tensor("v.position_embd.weight")->dtype, DType::kF32);
}

// Names as other versions of transformers write them: what begins with `first` of a pair begins
// with `second`.
using Renames = std::vector<std::pair<std::string, std::string>>;

void Rename(const Renames& renames, TinyFolder& folder) {
  StoredTensors renamed;
  for (const auto& [name, tensor] : folder.tensors) {
    std::string other = name;
    for (const auto& [before, after] : renames) {
      if (!name.starts_with(before)) continue;
      other = after + name.substr(before.size());
      break;
    }
    renamed[other] = tensor;
  }
  folder.tensors = std::move(renamed);
}

TEST(Convert, LlavaAsEveryVersionSavesIt) {
  const Renames inside = {
      {"language_model.model.", "model.language_model."}, {"language_model.", ""}, {"", "model."}};
  const Renames version_5 = {{"vision_tower.vision_model.", "vision_tower."}};
  Renames inside_version_5 = {{"vision_tower.vision_model.", "model.vision_tower."}};
  inside_version_5.insert(inside_version_5.end(), inside.begin(), inside.end());
  for (const Renames& renames : {Renames(), inside, version_5, inside_version_5}) {
    TinyFolder folder;
    MakeTinyLlava(folder);
    Rename(renames, folder);
    const Converted converted(folder);
    ASSERT_EQ(converted.error(), "");
    EXPECT_EQ(converted.Values("output.weight"), folder.Values("language_model.lm_head.weight"));
    EXPECT_EQ(converted.Values("mm.0.weight", 1),
              folder.Values("multi_modal_projector.linear_1.weight"));
    EXPECT_EQ(converted.Values("v.class_embd", 1),
              folder.Values("vision_tower.vision_model.embeddings.class_embedding"));
    EXPECT_EQ(converted.Values("v.blk.1.attn_q.weight", 1),
              folder.Values("vision_tower.vision_model.encoder.layers.1.self_attn.q_proj.weight"));
    EXPECT_FALSE(converted.File(1).HasTensor("v.post_ln.weight"));
  }
}

// Version 5 keeps the image processor's settings inside those of the whole processor.
TEST(Convert, ImageProcessorsOfEveryVersion) {
  const nlohmann::json settings = {{"image_mean", {0.5, 0.25, 0.125}},
                                   {"image_std", {0.5, 0.5, 0.25}},
                                   {"size", {{"longest_edge", 64}}}};
  TinyFolder folder;
  MakeTinySmolVlm(folder);
  std::filesystem::remove(folder.File("preprocessor_config.json"));
  folder.WriteJson("processor_config.json", {{"image_seq_len", 4}});
  const Converted without(folder);
  ASSERT_EQ(without.error(), "");
  EXPECT_THAT(*without.File(1).Floats(keys::kImageMean), ElementsAre(0.5f, 0.5f, 0.5f));
  folder.WriteJson("preprocessor_config.json", settings);
  const Converted version_4(folder, {.replaces = true});
  std::filesystem::remove(folder.File("preprocessor_config.json"));
  folder.WriteJson("processor_config.json", {{"image_processor", settings}});
  const Converted version_5(folder, {.replaces = true});
  for (const Converted* converted : {&version_4, &version_5}) {
    ASSERT_EQ(converted->error(), "");
    const GgufFile& vision_encoder = converted->File(1);
    EXPECT_THAT(*vision_encoder.Floats(keys::kImageMean), ElementsAre(0.5f, 0.25f, 0.125f));
    EXPECT_EQ(*vision_encoder.Int(keys::kPreprocImageSize), 64);
  }
  folder.WriteJson("processor_config.json", {{"image_processor", 7}});
  EXPECT_THAT(Converted(folder, {.replaces = true}).error(),
              HasSubstr("processor_config.json: 'image_processor': expected an object, found 7"));
}

TEST(Convert, MobileVlmWithAVisionFolder) {
  for (const std::string type : {"ldpnet", "ldpnetv2"}) {
    TinyFolder folder, clip;
    MakeTinyMobileVlm(folder, type);
    MakeTinyClip(clip);
    clip.Save();
    const Converted converted(folder, {.vision_folder = clip.path()});
    ASSERT_EQ(converted.error(), "");
    EXPECT_EQ(*converted.File(0).String(keys::kArchitecture), "llama");
    const GgufFile& vision_encoder = converted.File(1);
    EXPECT_EQ(*vision_encoder.String(keys::kProjectorType), type == "ldpnet" ? "ldp" : "ldpv2");
    EXPECT_EQ(converted.Values("v.blk.0.ffn_down.bias", 1),
              clip.Values("vision_model.encoder.layers.0.mlp.fc2.bias"));
    EXPECT_THAT(*vision_encoder.Floats(keys::kImageMean),
                ElementsAre(0.48145466f, 0.4578275f, 0.40821073f));
    if (type == "ldpnet") {
      const std::string block = "model.mm_projector.model.mb_block.2.block.";
      EXPECT_EQ(converted.Values("mm.model.mb_block.2.block.0.0.weight", 1),
                folder.Values(block + "0.0.weight"));
      EXPECT_EQ(vision_encoder.Tensor("mm.model.mb_block.2.block.0.0.weight")->shape,
                (Shape{8, 3, 3}));
      EXPECT_EQ(vision_encoder.Tensor("mm.model.mb_block.2.block.1.fc1.weight")->shape,
                (Shape{2, 8}));
      EXPECT_EQ(vision_encoder.Tensor("mm.model.mb_block.2.block.2.0.weight")->dtype, DType::kF16);
      EXPECT_EQ(converted.Values("mm.model.mb_block.1.block.2.1.bias", 1),
                folder.Values("model.mm_projector.model.mb_block.1.block.2.1.bias"));
      EXPECT_TRUE(vision_encoder.HasTensor("mm.model.mlp.3.weight"));
    } else {
      EXPECT_EQ(vision_encoder.Tensor("mm.model.peg.0.weight")->shape, (Shape{8, 3, 3}));
      EXPECT_EQ(converted.Values("mm.model.mlp.2.bias", 1),
                folder.Values("model.mm_projector.mlp.mlp.2.bias"));
    }
  }
}

TEST(Convert, MobileVlmVisionEncoderOnly) {
  TinyFolder folder, clip;
  MakeTinyMobileVlm(folder, "ldpnetv2");
  clip.config = TinyVisionEncoderConfig();
  AddTinyVisionEncoder(clip, "", true);  // CLIPVisionModel of version 5
  clip.Save();
  const Converted converted(folder, {.vision_folder = clip.path()});
  ASSERT_EQ(converted.error(), "");
  EXPECT_EQ(converted.Values("v.blk.1.ffn_down.bias", 1),
            clip.Values("encoder.layers.1.mlp.fc2.bias"));
  EXPECT_FALSE(converted.File(1).HasTensor("v.blk.2.ln1.weight"));
}

TEST(Convert, OriginalLlavaWithTheVisionEncoderInTheSameFolder) {
  for (const std::string tower :
       {"model.vision_tower.vision_tower.vision_model.", "model.vision_tower.vision_tower."}) {
    TinyFolder folder;
    MakeTinyLlama(folder);
    folder.config["architectures"] = {"LlavaLlamaForCausalLM"};
    folder.config["mm_projector_type"] = "mlp2x_gelu";
    folder.config["mm_vision_tower"] = "openai/clip-vit-large-patch14-336";
    folder.config["mm_vision_select_layer"] = 2;
    AddTinyVisionEncoder(folder, tower, true);
    AddLinear(folder, "model.mm_projector.0", {8, 8});
    AddLinear(folder, "model.mm_projector.2", {8, 8});
    const Converted converted(folder);
    ASSERT_EQ(converted.error(), "");
    EXPECT_EQ(converted.Values("v.blk.1.ffn_down.bias", 1),
              folder.Values(tower + "encoder.layers.1.mlp.fc2.bias"));
    EXPECT_FALSE(converted.File(1).HasTensor("v.blk.2.ln1.weight"));
  }
}

TEST(Convert, SmolVlm) {
  TinyFolder folder;
  MakeTinySmolVlm(folder);
  const Converted converted(folder);
  ASSERT_EQ(converted.error(), "");
  EXPECT_EQ(converted.Values("blk.1.attn_k.weight"),
            Paired(folder.Values("model.text_model.layers.1.self_attn.k_proj.weight"), 4, 4));
  const GgufFile& vision_encoder = converted.File(1);
  EXPECT_EQ(*vision_encoder.String(keys::kProjectorType), "idefics3");
  EXPECT_EQ(*vision_encoder.Int(keys::kProjectorScaleFactor), 2);
  EXPECT_EQ(*vision_encoder.Int(keys::kPreprocImageSize), 32);
  EXPECT_EQ(*vision_encoder.Int(keys::kVisionBlockCount), 3);
  EXPECT_EQ(*vision_encoder.Float(keys::kVisionLayerNormEpsilon), 1e-6f);
  EXPECT_TRUE(*vision_encoder.Bool(keys::kUseGelu));
  EXPECT_FALSE(vision_encoder.HasKey(keys::kVisionFeatureLayer));
  EXPECT_EQ(converted.Values("mm.model.fc.weight", 1),
            folder.Values("model.connector.modality_projection.proj.weight"));
  EXPECT_EQ(converted.Values("v.post_ln.weight", 1),
            folder.Values("model.vision_model.post_layernorm.weight"));
  EXPECT_EQ(vision_encoder.Tensor("v.patch_embd.weight")->dtype, DType::kF32);
}

TEST(Convert, OnePartOnly) {
  TinyFolder folder;
  MakeTinySmolVlm(folder);
  const Converted text(folder, {.part = ModelPart::kText});
  ASSERT_EQ(text.files().size(), 1u);
  EXPECT_TRUE(text.File().HasTensor("token_embd.weight"));
  const Converted vision_encoder(folder, {.part = ModelPart::kVision, .replaces = true});
  ASSERT_EQ(vision_encoder.files().size(), 1u);
  EXPECT_TRUE(vision_encoder.File().HasTensor("v.patch_embd.weight"));
  TinyFolder blind;
  MakeTinyLlama(blind);
  EXPECT_THAT(Converted(blind, {.part = ModelPart::kVision}).error(),
              HasSubstr("expected a model with a vision encoder"));
}

TEST(Convert, TensorsThatAreMissingOrUnknownAreNamed) {
  for (const bool is_missing : {true, false}) {
    TinyFolder folder;
    MakeTinyLlama(folder);
    const std::string name = "model.layers.1.mlp.up_proj.weight";
    if (is_missing) {
      folder.tensors.erase(name);
      EXPECT_THAT(Converted(folder).error(), HasSubstr("expected a tensor '" + name + "'"));
    } else {
      folder.tensors["model.layers.2.mlp.up_proj.weight"] = folder.tensors[name];
      EXPECT_THAT(Converted(folder).error(),
                  HasSubstr("'model.layers.2.mlp.up_proj.weight': not known"));
    }
    EXPECT_FALSE(std::filesystem::exists(folder.File("out.gguf")));
  }
}

// Changes one entry of config.json.
std::string ErrorWith(const std::string& entry, const nlohmann::json& value) {
  TinyFolder folder;
  MakeTinyLlama(folder);
  folder.config[entry] = value;
  return Converted(folder).error();
}

TEST(Convert, RejectsWrongAndUnsupportedConfigurations) {
  EXPECT_EQ(ErrorWith("bos_token_id", 1), "");
  EXPECT_THAT(ErrorWith("architectures", {"MambaForCausalLM"}),
              HasSubstr("Qwen2ForCausalLM, GPT2LMHeadModel"));
  EXPECT_THAT(ErrorWith("architectures", 7), HasSubstr("found none"));
  EXPECT_THAT(ErrorWith("hidden_size", "wide"), HasSubstr("'hidden_size': expected an integer"));
  EXPECT_THAT(ErrorWith("hidden_size", 1e30), HasSubstr("'hidden_size'"));
  EXPECT_THAT(ErrorWith("num_attention_heads", 0), HasSubstr("'num_attention_heads'"));
  EXPECT_THAT(ErrorWith("num_attention_heads", 3), HasSubstr("a divisor of hidden_size"));
  EXPECT_THAT(ErrorWith("num_hidden_layers", 1), HasSubstr("model.layers.1."));
  EXPECT_THAT(ErrorWith("num_hidden_layers", 1000000), HasSubstr("model.layers.2."));
  EXPECT_THAT(ErrorWith("hidden_act", "relu"), HasSubstr("'hidden_act': expected \"silu\""));
  EXPECT_THAT(ErrorWith("vocab_size", 9), HasSubstr("expected [9, 8]"));
  EXPECT_THAT(ErrorWith("rope_scaling", {{"type", "yarn"}}),
              HasSubstr("\"dynamic\" or \"llama3\""));
  EXPECT_THAT(ErrorWith("rope_scaling", {{"type", "linear"}}), HasSubstr("'factor'"));
  EXPECT_THAT(ErrorWith("num_key_value_heads", 2),
              HasSubstr("expected 8 rows for 2 heads, found [4, 8]"));
}

TEST(Convert, ExistingFilesNeedForce) {
  TinyFolder folder;
  MakeTinyLlama(folder);
  folder.Write("out.gguf", "precious");
  EXPECT_THAT(Converted(folder).error(), HasSubstr("out.gguf: expected no such file, or --force"));
  EXPECT_EQ(Converted(folder, {.replaces = true}).error(), "");
}

TEST(Convert, NoFileOfTheFolderIsReplaced) {
  TinyFolder folder;
  MakeTinyLlama(folder);
  folder.Save();
  std::filesystem::create_hard_link(folder.File("model.safetensors"), folder.File("weights.gguf"));
  for (const char* name : {"model.safetensors", "./config.json", "weights.gguf"}) {
    const auto files =
        ConvertFolder({.folder = folder.path(), .path = folder.File(name), .replaces = true});
    ASSERT_FALSE(files) << name;
    EXPECT_THAT(files.error().message, HasSubstr("expected another file than those that are read"));
  }
}

TEST(Convert, ProgressEndsAtTheTotal) {
  TinyFolder folder;
  MakeTinyLlava(folder);
  std::uint64_t last = 0, whole = 0;
  const Converted converted(folder, {.progress = [&](std::uint64_t done, std::uint64_t total) {
                              EXPECT_GT(done, last);
                              last = done;
                              whole = total;
                            }});
  ASSERT_EQ(converted.error(), "");
  EXPECT_EQ(last, whole);
  EXPECT_EQ(whole, converted.files()[0].bytes + converted.files()[1].bytes);
}

TEST(Convert, NamesOfTypes) {
  EXPECT_EQ(*ParseOutType("auto"), std::nullopt);
  EXPECT_EQ(*ParseOutType("bf16"), DType::kBF16);
  EXPECT_FALSE(ParseOutType("q8_0"));
}

}  // namespace
}  // namespace edgevlm
