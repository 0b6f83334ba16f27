#include "train/export/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "gguf/names.h"
#include "gguf/reader.h"
#include "train/scenes/things.h"
#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

using ::testing::ElementsAre;

constexpr double kHalfRounding = 1.0 / 2048;  // 2^-11, relative, of a float16 that is not tiny
constexpr double kHalfSmallest = 6e-8;        // absolute, of one that is

// A model with non-trivial batch norms, and its exported file.
class ExportTest : public ::testing::Test {
 protected:
  ExportTest() : model_(TinyModel(kSeed)) {
    ShakeBatchNorms(model_);
    const torch::NoGradGuard no_grad;
    for (const torch::Tensor& bias : model_->parameters()) {
      if (bias.dim() == 1) bias.add_(torch::randn_like(bias) * 0.1);
    }
    model_->eval();
    Result<std::vector<std::byte>> bytes =
        ToGguf(model_, {TinyShape(), TinyVocabulary()}, "Tiny").ToBytes();
    CHECK(bytes.ok());
    bytes_ = *std::move(bytes);
    Result<GgufFile> file = GgufFile::Parse(bytes_);
    CHECK(file.ok());
    file_.emplace(*std::move(file));
  }

  torch::Tensor Read(const std::string& name) const {
    const GgufTensor* tensor = file_->FindTensor(name);
    CHECK(tensor != nullptr);
    const Result<std::vector<float>> values = ToFloats(tensor->view);
    CHECK(values.ok());
    const Shape& shape = tensor->view.shape;
    std::vector<std::int64_t> extents;
    for (int i = 0; i < shape.rank(); ++i) extents.push_back(shape[i]);
    return torch::tensor(*values).view(extents);
  }

  // One convolution of the file gives what convolution and batch norm give.
  void ExpectFolded(const std::string& module, ConvNorm& part, int in) {
    const torch::NoGradGuard no_grad;
    const torch::Tensor x = torch::randn({2, in, 9, 9});
    const torch::Tensor weight = Read(module + ".weight"), bias = Read(module + ".bias");
    const auto& options = part->conv->options;
    const auto stride = options.stride();
    const std::int64_t padding = weight.size(2) / 2, groups = options.groups();
    const auto convolve = [&](const torch::Tensor& values, const torch::Tensor& kernel) {
      return torch::conv2d(values, kernel, {}, stride, padding, 1, groups);
    };
    const torch::Tensor folded = convolve(x, weight) + bias.view({1, -1, 1, 1});
    const torch::Tensor exact = part->norm->forward(part->conv->forward(x));
    // Each weight is off by its rounding; sums are of at most a few hundred float32 terms.
    const torch::Tensor error =
        convolve(x.abs(), weight.abs() * (1.01 * kHalfRounding) + kHalfSmallest) +
        1e-5 * (1 + exact.abs());
    const torch::Tensor excess = (folded - exact).abs() - error;
    EXPECT_LE(excess.max().item<double>(), 0) << module << " seed " << kSeed;
  }

  Vlm model_;
  std::vector<std::byte> bytes_;
  std::optional<GgufFile> file_;
};

TEST_F(ExportTest, FoldedBatchNormsGiveTheSame) {
  ExpectFolded("v.stem", model_->vision_encoder->stem, 3);
  int in = kStemChannels;
  for (std::size_t i = 0; i < model_->vision_encoder->blocks.size(); ++i) {
    Bottleneck& block = model_->vision_encoder->blocks[i];
    const std::string name = "v.blk." + std::to_string(i);
    if (!block->expand.is_empty()) ExpectFolded(name + ".expand", block->expand, in);
    ExpectFolded(name + ".depthwise", block->depthwise, block->shape.expanded);
    ExpectFolded(name + ".project", block->project, block->shape.expanded);
    in = block->shape.out;
  }
  ExpectFolded("v.head", model_->vision_encoder->head, in);
}

using Extents = std::vector<std::int64_t>;

// docs/formats.md, "Tensors of the built-in model", for the tiny shape.
std::map<std::string, Extents> DocumentedTensors() {
  std::map<std::string, Extents> tensors;
  const auto add = [&](const std::string& module, const Extents& weight, std::int64_t bias) {
    tensors[module + ".weight"] = weight;
    tensors[module + ".bias"] = {bias};
  };
  constexpr std::int64_t D = 16, V = 261, E = 8, kContext = 32;
  tensors["token_embd.weight"] = {V, D};
  tensors["position_embd.weight"] = {kContext, D};
  add("output_norm", {D}, D);
  for (const std::string block : {"blk.0.", "blk.1."}) {
    add(block + "attn_norm", {D}, D);
    add(block + "ffn_norm", {D}, D);
    add(block + "attn_qkv", {3 * D, D}, 3 * D);
    add(block + "attn_output", {D, D}, D);
    add(block + "ffn_up", {4 * D, D}, 4 * D);
    add(block + "ffn_down", {D, 4 * D}, D);
  }
  add("mm.0", {D, E}, D);
  add("mm.2", {D, D}, D);
  add("v.stem", {16, 3, 3, 3}, 16);
  add("v.head", {E, 96, 1, 1}, E);
  struct Row {  // of table 2 of Howard et al. 2019, with the paper's squeezes
    std::int64_t in, expanded, out, kernel, squeezed;
  };
  constexpr Row kRows[] = {{16, 16, 16, 3, 8},    {16, 72, 24, 3, 0},   {24, 88, 24, 3, 0},
                           {24, 96, 40, 5, 24},   {40, 240, 40, 5, 64}, {40, 240, 40, 5, 64},
                           {40, 120, 48, 5, 32},  {48, 144, 48, 5, 40}, {48, 288, 96, 5, 72},
                           {96, 576, 96, 5, 144}, {96, 576, 96, 5, 144}};
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    const Row& row = kRows[i];
    const std::string block = "v.blk." + std::to_string(i) + ".";
    const std::int64_t X = row.expanded, R = row.squeezed;
    if (X != row.in) add(block + "expand", {X, row.in, 1, 1}, X);
    add(block + "depthwise", {X, 1, row.kernel, row.kernel}, X);
    if (R != 0) add(block + "se_reduce", {R, X}, R);
    if (R != 0) add(block + "se_expand", {X, R}, X);
    add(block + "project", {row.out, X, 1, 1}, row.out);
  }
  return tensors;
}

TEST_F(ExportTest, HoldsTheDocumentedTensorsAndNoOthers) {
  std::set<std::string> found;
  for (const GgufTensor& tensor : file_->tensors()) found.insert(std::string(tensor.name));
  for (const auto& [name, extents] : DocumentedTensors()) {
    ASSERT_EQ(found.erase(name), 1u) << name << " is missing";
    EXPECT_EQ(Read(name).sizes().vec(), extents) << name;
    const bool is_matrix = extents.size() > 1;
    EXPECT_EQ(file_->FindTensor(name)->view.dtype, is_matrix ? DType::kF16 : DType::kF32) << name;
  }
  EXPECT_THAT(found, ElementsAre()) << "not documented";
}

// Matrices are rounded to float16; vectors are unchanged.
TEST_F(ExportTest, WeightsAreTheModelsOwn) {
  const Decoder& decoder = model_->decoder;
  const DecoderBlock& block = decoder->blocks[1];
  struct Pair {
    const char* name;
    torch::Tensor tensor;
  };
  const auto& squeeze = model_->vision_encoder->blocks[3]->squeeze;
  for (const Pair& pair : {Pair{"token_embd.weight", decoder->token_embd->weight},
                           Pair{"position_embd.weight", decoder->position_embd->weight},
                           Pair{"blk.1.attn_norm.weight", block->attn_norm->weight},
                           Pair{"blk.1.attn_norm.bias", block->attn_norm->bias},
                           Pair{"blk.1.attn_qkv.weight", block->attn_qkv->weight},
                           Pair{"blk.1.attn_qkv.bias", block->attn_qkv->bias},
                           Pair{"blk.1.attn_output.weight", block->attn_output->weight},
                           Pair{"blk.1.ffn_norm.bias", block->ffn_norm->bias},
                           Pair{"blk.1.ffn_up.weight", block->ffn_up->weight},
                           Pair{"blk.1.ffn_down.weight", block->ffn_down->weight},
                           Pair{"output_norm.weight", decoder->output_norm->weight},
                           Pair{"mm.0.weight", model_->project_in->weight},
                           Pair{"mm.2.bias", model_->project_out->bias},
                           Pair{"v.blk.3.se_reduce.weight", squeeze->reduce->weight.flatten(1)},
                           Pair{"v.blk.3.se_expand.bias", squeeze->expand->bias}}) {
    torch::Tensor expected = pair.tensor.detach();
    if (expected.dim() > 1) expected = expected.to(torch::kHalf).to(torch::kFloat32);
    EXPECT_TRUE(torch::equal(Read(pair.name), expected)) << pair.name;
  }
}

TEST_F(ExportTest, KeysDescribeTheModel) {
  EXPECT_EQ(*file_->String("general.architecture"), "gpt2");
  EXPECT_EQ(*file_->String("general.name"), "Tiny");
  struct Case {
    const char* key;
    int value;
  };
  for (const Case& c :
       {Case{"gpt2.context_length", 32}, Case{"gpt2.embedding_length", 16},
        Case{"gpt2.block_count", 2}, Case{"gpt2.feed_forward_length", 64},
        Case{"gpt2.attention.head_count", 2}, Case{"clip.vision.image_size", 32},
        Case{"clip.vision.embedding_length", 8}, Case{"clip.vision.projection_dim", 16},
        Case{"tokenizer.ggml.eos_token_id", 256}}) {
    EXPECT_EQ(*file_->Int(c.key), c.value) << c.key;
  }
  EXPECT_THAT(*file_->Ints("gpt2.exit_layers"), ElementsAre(1));
  EXPECT_EQ(*file_->Float("gpt2.attention.layer_norm_epsilon"), 1e-5f);
  EXPECT_THAT(*file_->Floats("clip.vision.image_mean"), ElementsAre(0.5f, 0.5f, 0.5f));
  EXPECT_THAT(*file_->Ints("clip.vision.mobilenet.stride"),
              ElementsAre(2, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1));
  EXPECT_THAT(*file_->Ints("clip.vision.mobilenet.kernel"),
              ElementsAre(3, 3, 3, 5, 5, 5, 5, 5, 5, 5, 5));
  const std::vector<int> types = *file_->Ints("tokenizer.ggml.token_type");
  ASSERT_EQ(types.size(), 261u);
  for (std::size_t id = 0; id < types.size(); ++id) EXPECT_EQ(types[id], id < 256 ? 1 : 3) << id;
}

}  // namespace
}  // namespace edgevlm::train
