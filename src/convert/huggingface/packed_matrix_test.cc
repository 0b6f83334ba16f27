#include "convert/huggingface/packed_matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "base/mapped_file.h"
#include "convert/huggingface/convert.h"
#include "convert/testing/tiny_models.h"
#include "convert/testing/tiny_packed.h"
#include "gguf/names.h"
#include "gguf/reader.h"
#include "tensor/dequantize.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using Method = PackedScheme::Method;

constexpr PackedScheme kAwq = {.method = Method::kAwq, .bits = 4, .group = 64};
constexpr PackedScheme kGptq = {
    .method = Method::kGptq, .bits = 4, .group = 64, .zeros_less_one = true};
constexpr PackedScheme kGptq8 = {.method = Method::kGptq, .bits = 8, .group = 32};
constexpr PackedScheme kWholeColumns = {.method = Method::kGptq, .bits = 4, .group = 0};

TinyPacked Drawn(const PackedScheme& scheme, bool is_symmetric) {
  TinyPacked packed = {
      .outputs = 24, .inputs = 128, .scheme = scheme, .is_symmetric = is_symmetric};
  std::mt19937 random(5);
  packed.Draw(random);
  return packed;
}

Result<PackedMatrix> Open(TinyFolder& folder, const PackedScheme& scheme,
                          std::optional<Checkpoint>& checkpoint) {
  folder.Save();
  checkpoint = *Checkpoint::Open(folder.path());
  return PackedMatrix::Open(*checkpoint, "m", scheme);
}

TEST(PackedMatrix, BlocksHoldTheQuants) {
  const struct {
    PackedScheme scheme;
    bool is_symmetric;
    DType type;
  } kCases[] = {{kAwq, false, DType::kQ4_1},         {kAwq, true, DType::kQ4_0},
                {kGptq, false, DType::kQ4_1},        {kGptq, true, DType::kQ4_0},
                {kGptq8, true, DType::kQ8_0},        {kGptq8, false, DType::kF32},
                {kWholeColumns, true, DType::kQ4_0}, {kWholeColumns, false, DType::kQ4_1}};
  for (const auto& test : kCases) {
    const TinyPacked packed = Drawn(test.scheme, test.is_symmetric);
    TinyFolder folder;
    packed.AddTo(folder, "m");
    std::optional<Checkpoint> checkpoint;
    const auto matrix = Open(folder, test.scheme, checkpoint);
    ASSERT_TRUE(matrix) << matrix.error().message;
    EXPECT_EQ(matrix->block_type(), test.type);
    EXPECT_EQ(matrix->obstacle().empty(), test.type != DType::kF32);
    const std::vector<std::uint8_t> quants = matrix->Unpack();
    const std::vector<float> expected = packed.Values();
    std::vector<float> row(128);
    for (std::size_t o = 0; o < 24; ++o) {
      const auto of_row = std::span(quants).subspan(o * 128, 128);
      matrix->Dequantize(static_cast<int>(o), of_row, row);
      for (std::size_t i = 0; i < 128; ++i) EXPECT_EQ(row[i], expected[o * 128 + i]);
      if (test.type == DType::kF32) continue;
      std::vector<std::byte> blocks(static_cast<std::size_t>(*BytesOf(test.type, {128})));
      matrix->WriteBlocks(static_cast<int>(o), of_row, blocks);
      Dequantize(test.type, blocks, row);
      // The minimum of Q4_1, at most 28 / 1024 * 15, is rounded to 11 bits.
      const float tolerance = test.type == DType::kQ4_1 ? 28.0f / 1024 * 15 / 2048 : 0.0f;
      for (std::size_t i = 0; i < 128; ++i) {
        EXPECT_NEAR(row[i], expected[o * 128 + i], tolerance) << o << " " << i;
      }
    }
  }
}

TEST(PackedMatrix, ActOrderIsDequantized) {
  TinyPacked packed = Drawn(kGptq, false);
  for (int i = 0; i < packed.inputs; ++i) packed.group_of.push_back(i % 2);
  TinyFolder folder;
  packed.AddTo(folder, "m");
  std::optional<Checkpoint> checkpoint;
  const auto matrix = Open(folder, kGptq, checkpoint);
  ASSERT_TRUE(matrix) << matrix.error().message;
  EXPECT_EQ(matrix->block_type(), DType::kF32);
  EXPECT_THAT(matrix->obstacle(), HasSubstr("act-order"));
  std::vector<float> row(128);
  const std::vector<std::uint8_t> quants = matrix->Unpack();
  const std::vector<float> expected = packed.Values();
  matrix->Dequantize(3, std::span(quants).subspan(3 * 128, 128), row);
  for (std::size_t i = 0; i < 128; ++i) EXPECT_EQ(row[i], expected[3 * 128 + i]);
}

TEST(PackedMatrix, NamesWhatDoesNotFit) {
  const struct {
    const char* message;
    std::function<void(TinyFolder&)> spoil;
  } kCases[] = {
      {"expected a tensor 'm.qzeros', found none", [](auto& f) { f.tensors.erase("m.qzeros"); }},
      {"expected a tensor 'm.scales', found none", [](auto& f) { f.tensors.erase("m.scales"); }},
      {"tensor 'm.qweight': expected I32, found F32",
       [](auto& f) { f.tensors["m.qweight"].dtype = "F32"; }},
      {"tensor 'm.qweight': expected a matrix, found [384]",
       [](auto& f) { f.tensors["m.qweight"].extents = {384}; }},
      {"tensor 'm.scales': expected [2, 24], found [24, 2]",
       [](auto& f) {
         f.tensors["m.scales"].extents = {24, 2};
       }},
      {"tensor 'm.qzeros': expected [2, 3], found [3, 2]",
       [](auto& f) {
         f.tensors["m.qzeros"].extents = {3, 2};
       }},
      {"tensor 'm.g_idx': expected groups below 2, found 2 for input 127",
       [](auto& f) { f.tensors["m.g_idx"].bytes[127 * 4] = 2; }},
      {"tensor 'm.g_idx': expected groups below 2, found -1 for input 0",
       [](auto& f) { f.tensors["m.g_idx"].bytes.replace(0, 4, "\xff\xff\xff\xff"); }},
      {"tensor 'm.scales': expected finite numbers",
       [](auto& f) { f.tensors["m.scales"].bytes.replace(0, 2, "\x00\x7c", 2); }},
  };
  for (const auto& test : kCases) {
    TinyFolder folder;
    Drawn(kGptq, true).AddTo(folder, "m");
    test.spoil(folder);
    std::optional<Checkpoint> checkpoint;
    const auto matrix = Open(folder, kGptq, checkpoint);
    ASSERT_FALSE(matrix) << test.message;
    EXPECT_THAT(matrix.error().message, HasSubstr(test.message));
  }
  TinyFolder folder;
  Drawn(kGptq, true).AddTo(folder, "m");
  PackedScheme other = kGptq;
  other.group = 32;
  std::optional<Checkpoint> checkpoint;
  EXPECT_THAT(Open(folder, other, checkpoint).error().message,
              HasSubstr("'m.scales': expected [4, 24], found [2, 24]"));
}

// A llama of one block, whose matrices are all quantized.
std::map<std::string, TinyPacked> MakePackedLlama(TinyFolder& folder, const PackedScheme& scheme,
                                                  bool is_symmetric) {
  folder.config = TinyLlamaConfig();
  folder.config.update({{"hidden_size", 64},
                        {"intermediate_size", 96},
                        {"num_hidden_layers", 1},
                        {"num_attention_heads", 4},
                        {"num_key_value_heads", 2}});
  WriteTinyPieces(folder);
  folder.Add("model.embed_tokens.weight", {kTinyVocabulary, 64});
  folder.Add("lm_head.weight", {kTinyVocabulary, 64});
  for (const char* norm :
       {"norm", "layers.0.input_layernorm", "layers.0.post_attention_layernorm"}) {
    folder.Add("model." + std::string(norm) + ".weight", {64});
  }
  const struct {
    const char* name;
    int outputs, inputs;
  } kMatrices[] = {{"self_attn.q_proj", 64, 64}, {"self_attn.k_proj", 32, 64},
                   {"self_attn.v_proj", 32, 64}, {"self_attn.o_proj", 64, 64},
                   {"mlp.gate_proj", 96, 64},    {"mlp.up_proj", 96, 64},
                   {"mlp.down_proj", 64, 96}};
  std::mt19937 random(6);
  std::map<std::string, TinyPacked> matrices;
  for (const auto& [name, outputs, inputs] : kMatrices) {
    TinyPacked packed = {
        .outputs = outputs, .inputs = inputs, .scheme = scheme, .is_symmetric = is_symmetric};
    packed.Draw(random);
    packed.AddTo(folder, "model.layers.0." + std::string(name));
    matrices.emplace(name, packed);
  }
  return matrices;
}

struct PackedFile {
  PackedFile(TinyFolder& folder, std::optional<DType> dtype = {}) {
    folder.Save();
    auto converted =
        ConvertFolder({.folder = folder.path(), .path = folder.File("out.gguf"), .dtype = dtype});
    if (!converted) {
      error = converted.error().message;
      return;
    }
    report = converted->front();
    mapped.emplace(*MappedFile::Open(report.path));
    file.emplace(*GgufFile::Parse(mapped->bytes()));
  }

  std::string error;
  ConvertedFile report;
  std::optional<MappedFile> mapped;
  std::optional<GgufFile> file;
};

TEST(PackedCheckpoint, LlamaKeepsItsQuants) {
  TinyFolder folder;
  auto matrices = MakePackedLlama(folder, {.group = 32}, false);
  folder.config["quantization_config"] = {
      {"quant_method", "awq"}, {"bits", 4}, {"group_size", 32}, {"version", "GEMM"}};
  const PackedFile packed(folder);
  ASSERT_EQ(packed.error, "");
  EXPECT_EQ(packed.report.dtype, DType::kQ4_1);
  EXPECT_EQ(packed.report.kept_matrices, 7);
  EXPECT_EQ(packed.report.dequantized_matrices, 0);
  EXPECT_EQ(*packed.file->Int(keys::kFileType), 3);
  EXPECT_EQ(packed.file->Tensor("output.weight")->dtype, DType::kF16);
  const auto gate = packed.file->Tensor("blk.0.ffn_gate.weight");
  ASSERT_EQ(gate->dtype, DType::kQ4_1);
  EXPECT_EQ(gate->shape, (Shape{96, 64}));
  std::vector<float> found(96 * 64);
  Dequantize(gate->dtype, gate->bytes, found);
  const std::vector<float> expected = matrices.at("mlp.gate_proj").Values();
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 3e-4f);
  // Queries: row 2 i + h of a head of 16 is row 8 h + i of the folder.
  const auto q = packed.file->Tensor("blk.0.attn_q.weight");
  found.resize(64 * 64);
  Dequantize(q->dtype, q->bytes, found);
  const std::vector<float> queries = matrices.at("self_attn.q_proj").Values();
  for (std::size_t row = 0; row < 64; ++row) {
    const std::size_t from = row / 16 * 16 + row % 2 * 8 + row % 16 / 2;
    for (std::size_t i = 0; i < 64; ++i) {
      EXPECT_NEAR(found[row * 64 + i], queries[from * 64 + i], 3e-4f);
    }
  }
}

TEST(PackedCheckpoint, AnOutputTypeDequantizes) {
  TinyFolder folder;
  auto matrices = MakePackedLlama(folder, kWholeColumns, true);
  folder.WriteJson("quantize_config.json",
                   {{"bits", 4}, {"group_size", -1}, {"checkpoint_format", "gptq_v2"}});
  const PackedFile packed(folder, DType::kF32);
  ASSERT_EQ(packed.error, "");
  EXPECT_EQ(packed.report.kept_matrices, 0);
  const auto down = packed.file->Tensor("blk.0.ffn_down.weight");
  EXPECT_EQ(*ToFloats(*down), matrices.at("mlp.down_proj").Values());
}

TEST(PackedCheckpoint, SaysWhatWasDequantized) {
  TinyFolder folder;
  MakePackedLlama(folder, {.method = Method::kGptq, .group = 16}, true);
  folder.config["quantization_config"] = {
      {"quant_method", "gptq"}, {"bits", 4}, {"group_size", 16}, {"checkpoint_format", "gptq_v2"}};
  const PackedFile packed(folder);
  ASSERT_EQ(packed.error, "");
  EXPECT_EQ(packed.report.dequantized_matrices, 7);
  EXPECT_THAT(packed.report.obstacle, HasSubstr("groups of 16"));
  EXPECT_EQ(packed.file->Tensor("blk.0.ffn_up.weight")->dtype, DType::kF16);
}

TEST(PackedCheckpoint, RefusesOtherSchemes) {
  const struct {
    nlohmann::json config;
    const char* message;
  } kCases[] = {
      {{{"quant_method", "fp8"}}, "'quant_method': expected awq or gptq, found fp8"},
      {{{"bits", 4}}, "'quant_method': expected awq or gptq, found none"},
      {{{"quant_method", "awq"}, {"bits", 3}, {"group_size", 32}},
       "'bits': expected 4 bits, found 3"},
      {{{"quant_method", "gptq"}, {"bits", 2}, {"group_size", 32}},
       "expected 4 or 8 bits, found 2"},
      {{{"quant_method", "awq"}, {"bits", 4}, {"group_size", 32}, {"version", "gemv"}},
       "'version': expected \"gemm\", found \"gemv\""},
      {{{"quant_method", "awq"}, {"bits", 4}, {"group_size", 32}, {"zero_point", false}},
       "'zero_point': expected true"},
      {{{"quant_method", "gptq"}, {"bits", 4}, {"group_size", 32}, {"checkpoint_format", "marlin"}},
       "'checkpoint_format': expected \"gptq\", found \"marlin\""},
      {{{"quant_method", "gptq"}, {"bits", 4}, {"group_size", 0}}, "'group_size': expected -1"},
      {{{"quant_method", "gptq"}, {"bits", 4}, {"group_size", "all"}}, "'group_size': expected"},
  };
  for (const auto& test : kCases) {
    TinyFolder folder;
    MakePackedLlama(folder, {.group = 32}, true);
    folder.config["quantization_config"] = test.config;
    EXPECT_THAT(PackedFile(folder).error, HasSubstr(test.message));
  }
  TinyFolder folder;
  MakePackedLlama(folder, {.group = 32}, true);
  EXPECT_THAT(PackedFile(folder).error, HasSubstr("expected a quantization_config of awq or gptq"));
}

}  // namespace
}  // namespace edgevlm
