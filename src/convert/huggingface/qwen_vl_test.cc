// The folders of Qwen2-VL, Qwen2.5-VL and Qwen3-VL: keys, and tensors that are split.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/mapped_file.h"
#include "convert/huggingface/convert.h"
#include "convert/testing/tiny_qwen_vl.h"
#include "gguf/names.h"
#include "gguf/reader.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The file of the decoder and that of the vision encoder.
class QwenFiles {
 public:
  explicit QwenFiles(TinyFolder& folder) {
    folder.Save();
    ConvertOptions options;
    options.folder = folder.path();
    options.path = folder.File("out.gguf");
    const auto files = ConvertFolder(options);
    if (!files) {
      error_ = files.error().message;
      return;
    }
    for (const ConvertedFile& file : *files) {
      mapped_.push_back(*MappedFile::Open(file.path));
      parsed_.push_back(*GgufFile::Parse(mapped_.back().bytes()));
    }
  }

  const std::string& error() const { return error_; }
  const GgufFile& text() const { return parsed_.at(0); }
  const GgufFile& vision() const { return parsed_.at(1); }
  std::vector<float> Vision(const std::string& name) const {
    const auto view = vision().Tensor(name);
    return view ? *ToFloats(*view) : std::vector<float>();
  }

 private:
  std::string error_;
  std::vector<MappedFile> mapped_;
  std::vector<GgufFile> parsed_;
};

std::vector<float> Slice(const std::vector<float>& values, std::size_t first, std::size_t count) {
  return {values.begin() + static_cast<std::ptrdiff_t>(first),
          values.begin() + static_cast<std::ptrdiff_t>(first + count)};
}

// Frame `frame` of [8, 3, 2, 4, 4].
std::vector<float> FrameOf(const std::vector<float>& values, std::size_t frame) {
  std::vector<float> part;
  for (std::size_t channel = 0; channel < 8 * 3; ++channel) {
    const std::vector<float> pixels = Slice(values, (channel * 2 + frame) * 16, 16);
    part.insert(part.end(), pixels.begin(), pixels.end());
  }
  return part;
}

TEST(ConvertQwenVl, Qwen2Vl) {
  TinyFolder folder;
  MakeTinyQwen2Vl(folder);
  const QwenFiles files(folder);
  ASSERT_EQ(files.error(), "");
  EXPECT_EQ(*files.text().String(keys::kArchitecture), "qwen2vl");
  EXPECT_THAT(*files.text().Ints("qwen2vl.rope.dimension_sections"), ElementsAre(1, 1, 0, 0));
  EXPECT_TRUE(files.text().HasTensor("blk.1.attn_q.bias"));
  const GgufFile& vision = files.vision();
  EXPECT_EQ(*vision.String(keys::kProjectorType), "qwen2vl_merger");
  EXPECT_EQ(*vision.Int(keys::kVisionFeedForwardLength), 16);
  EXPECT_EQ(*vision.Int(keys::kProjectionDim), 8);
  EXPECT_EQ(*vision.Int(keys::kImageMinPixels), 3136);
  EXPECT_EQ(*vision.Int(keys::kImageMaxPixels), 12845056);
  EXPECT_FALSE(*vision.Bool(keys::kUseGelu));
  const std::vector<float>& patches = folder.Values("visual.patch_embed.proj.weight");
  EXPECT_EQ(vision.Tensor("v.patch_embd.weight")->shape, (Shape{8, 3, 4, 4}));
  EXPECT_EQ(files.Vision("v.patch_embd.weight"), FrameOf(patches, 0));
  EXPECT_EQ(files.Vision("v.patch_embd.weight.1"), FrameOf(patches, 1));
  const std::vector<float>& qkv = folder.Values("visual.blocks.1.attn.qkv.weight");
  EXPECT_EQ(files.Vision("v.blk.1.attn_q.weight"), Slice(qkv, 0, 64));
  EXPECT_EQ(files.Vision("v.blk.1.attn_k.weight"), Slice(qkv, 64, 64));
  EXPECT_EQ(files.Vision("v.blk.1.attn_v.weight"), Slice(qkv, 128, 64));
  EXPECT_EQ(files.Vision("v.blk.2.attn_v.bias"),
            Slice(folder.Values("visual.blocks.2.attn.qkv.bias"), 16, 8));
}

TEST(ConvertQwenVl, Qwen25VlAsTransformersSavesIt) {
  TinyFolder folder;
  MakeTinyQwen25Vl(folder);
  const QwenFiles files(folder);
  ASSERT_EQ(files.error(), "");
  EXPECT_EQ(*files.text().String(keys::kArchitecture), "qwen2vl");
  EXPECT_EQ(*files.text().Float("qwen2vl.rope.freq_base"), 1e6f);
  const GgufFile& vision = files.vision();
  EXPECT_EQ(*vision.String(keys::kProjectorType), "qwen2.5vl_merger");
  EXPECT_EQ(*vision.Int(keys::kWindowPattern), 2);
  EXPECT_EQ(*vision.Int(keys::kWindowSize), 32);
  EXPECT_EQ(*vision.Int(keys::kImageMaxPixels), 802816);
  EXPECT_TRUE(*vision.Bool(keys::kUseSilu));
  EXPECT_EQ(files.Vision("v.blk.2.ffn_gate.weight"),
            folder.Values("model.visual.blocks.2.mlp.gate_proj.weight"));
  EXPECT_FALSE(vision.HasTensor("v.post_ln.bias"));
}

TEST(ConvertQwenVl, Qwen3Vl) {
  TinyFolder folder;
  MakeTinyQwen3Vl(folder);
  const QwenFiles files(folder);
  ASSERT_EQ(files.error(), "");
  EXPECT_EQ(*files.text().String(keys::kArchitecture), "qwen3vl");
  EXPECT_EQ(*files.text().Int("qwen3vl.n_deepstack_layers"), 2);
  EXPECT_EQ(*files.text().Int("qwen3vl.attention.key_length"), 4);
  EXPECT_TRUE(files.text().HasTensor("blk.1.attn_k_norm.weight"));
  const GgufFile& vision = files.vision();
  EXPECT_EQ(*vision.String(keys::kProjectorType), "qwen3vl_merger");
  EXPECT_THAT(*vision.Bools(keys::kDeepstackLayers), ElementsAre(true, false, true));
  EXPECT_TRUE(*vision.Bool(keys::kUseGelu));
  EXPECT_EQ(files.Vision("v.blk.1.attn_qkv.weight"),
            folder.Values("model.visual.blocks.1.attn.qkv.weight"));
  EXPECT_EQ(files.Vision("v.deepstack.2.fc2.weight"),
            folder.Values("model.visual.deepstack_merger_list.1.linear_fc2.weight"));
  EXPECT_EQ(files.Vision("v.patch_embd.bias"), folder.Values("model.visual.patch_embed.proj.bias"));
  EXPECT_EQ(vision.Tensor("v.position_embd.weight")->shape, (Shape{9, 8}));
}

template <class Change>
std::string ErrorAfter(void (*make)(TinyFolder&), const Change& change) {
  TinyFolder folder;
  make(folder);
  change(folder);
  return QwenFiles(folder).error();
}

TEST(ConvertQwenVl, RejectsWhatItCannotRun) {
  EXPECT_THAT(ErrorAfter(MakeTinyQwen2Vl,
                         [](TinyFolder& folder) {
                           folder.config["rope_scaling"]["mrope_section"] = {1, 1, 1};
                         }),
              HasSubstr("'mrope_section': expected 2 pairs in sum"));
  EXPECT_THAT(ErrorAfter(MakeTinyQwen3Vl,
                         [](TinyFolder& folder) {
                           auto& text = folder.config["text_config"];
                           text["rope_scaling"]["mrope_interleaved"] = false;
                         }),
              HasSubstr("'mrope_interleaved': expected true"));
  EXPECT_THAT(ErrorAfter(MakeTinyQwen25Vl,
                         [](TinyFolder& folder) {
                           auto& vision = folder.config["vision_config"];
                           vision["fullatt_block_indexes"] = {1, 2};
                         }),
              HasSubstr("'fullatt_block_indexes': expected every n-th block"));
  EXPECT_THAT(ErrorAfter(MakeTinyQwen3Vl,
                         [](TinyFolder& folder) {
                           auto& vision = folder.config["vision_config"];
                           vision["deepstack_visual_indexes"] = {0, 3};
                         }),
              HasSubstr("'deepstack_visual_indexes': expected increasing numbers"));
  EXPECT_THAT(
      ErrorAfter(MakeTinyQwen2Vl,
                 [](TinyFolder& folder) { folder.tensors.erase("visual.blocks.1.attn.qkv.bias"); }),
      HasSubstr("expected a tensor 'visual.blocks.1.attn.qkv.bias', found none"));
  EXPECT_THAT(ErrorAfter(MakeTinyQwen2Vl,
                         [](TinyFolder& folder) {
                           folder.Add("visual.surplus.weight", {8, 8});
                         }),
              HasSubstr("'visual.surplus.weight': not known"));
}

}  // namespace
}  // namespace edgevlm
