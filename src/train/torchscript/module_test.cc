#include "train/torchscript/module.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "train/loop/checkpoint.h"
#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"
#include "train/torchscript/time.h"

namespace edgevlm::train {
namespace {

class TorchScript : public ::testing::Test {
 protected:
  TorchScript() : model_(TinyModel(kSeed)) {
    ShakeBatchNorms(model_);
    const torch::NoGradGuard no_grad;
    // Weights large enough that the likeliest token is no tie.
    for (const torch::Tensor& parameter : model_->decoder->parameters()) {
      if (parameter.dim() == 2) parameter.normal_(0.0, 0.3);
    }
    model_->eval();
  }

  // [B, L, V]
  torch::Tensor ModelLogits(const torch::Tensor& images, const torch::Tensor& ids) {
    const torch::NoGradGuard no_grad;
    const torch::Tensor cells = model_->Project(model_->EncodeImages(images));
    const torch::Tensor rows = ids.unsqueeze(1);
    const torch::Tensor positions =
        (model_->shape.cells() + torch::arange(ids.size(1))).expand_as(rows).contiguous();
    const torch::Tensor starts = torch::zeros(rows.sizes(), torch::kInt32);
    const auto streams = model_->decoder->forward(cells, rows, positions, starts);
    return model_->decoder->Logits(streams.last).view({ids.size(0), ids.size(1), -1});
  }

  Vlm model_;
};

TEST_F(TorchScript, LogitsAreTheModels) {
  torch::jit::Module module = ToTorchScript(model_);
  const torch::Tensor images = torch::randn({2, 3, 32, 32});
  const torch::Tensor ids = torch::randint(0, 256, {2, 7}, torch::kInt64);
  const torch::Tensor found = module.forward({images, ids}).toTensor();
  const torch::Tensor expected = ModelLogits(images, ids);
  EXPECT_TRUE(torch::allclose(found, expected, 1e-4, 1e-4))
      << (found - expected).abs().max().item<double>() << " seed " << kSeed;
}

TEST_F(TorchScript, KnowsTheVisionEncoders) {
  for (const NamedEncoderSize& named : kEncoderSizes) {
    VlmShape shape = TinyShape();
    shape.encoder = named.size;
    shape.image_side = 2 * CellPixelsOf(named.size);
    model_ = TinyModel(kSeed, shape);
    model_->eval();
    const torch::Tensor images = torch::randn({1, 3, shape.image_side, shape.image_side});
    const torch::Tensor ids = torch::randint(0, 256, {1, 3}, torch::kInt64);
    const torch::Tensor found = ToTorchScript(model_).forward({images, ids}).toTensor();
    EXPECT_TRUE(torch::allclose(found, ModelLogits(images, ids), 1e-4, 1e-4))
        << named.name << ", seed " << kSeed;
  }
}

// The cache changes nothing: each token is the argmax of a forward pass over all before it.
TEST_F(TorchScript, GeneratesTheLikeliestTokens) {
  torch::jit::Module module = ToTorchScript(model_);
  const torch::Tensor image = torch::randn({1, 3, 32, 32});
  const auto generate = [&](std::int64_t end, std::int64_t most) {
    const torch::Tensor prompt = torch::full({1, 2}, 65, torch::kInt64);
    return module.get_method("generate")({image, prompt, end, most}).toTensor();
  };
  const torch::Tensor ids = generate(-1, 9);
  ASSERT_EQ(ids.numel(), 9);
  torch::Tensor all = torch::cat({torch::full({2}, 65, torch::kInt64), ids}).unsqueeze(0);
  const torch::Tensor expected = ModelLogits(image, all).argmax(2)[0].slice(0, 1, 10);
  EXPECT_TRUE(torch::equal(ids, expected)) << ids << expected;
  // Ends where it is told to, and at the end of the context.
  const auto end = ids[3].item<std::int64_t>();
  EXPECT_LE(generate(end, 9).numel(), 3);
  EXPECT_EQ(generate(-1, 0).numel(), 0);
  EXPECT_EQ(generate(-1, 1000).numel(), 32 - 4 - 2 + 1);
}

class TorchScriptFile : public TorchScript {
 protected:
  TorchScriptFile() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    CHECK(!SaveRun(folder_, TinyShape(), TinyVocabulary()));
    CHECK(!SaveModel(folder_, model_));
  }
  ~TorchScriptFile() override { std::filesystem::remove_all(folder_); }

  const std::string folder_ = ::testing::TempDir() + "edgevlm_torchscript";
  const std::string path_ = folder_ + "/script.pt";
};

TEST_F(TorchScriptFile, CaptionsAnImage) {
  ASSERT_FALSE(ExportTorchScript(folder_, path_, Existing::kKept));
  EXPECT_TRUE(ExportTorchScript(folder_, path_, Existing::kKept)) << "replaced a file";
  const std::string image = "P6 2 1 255\nabcdef";
  const auto bytes = std::as_bytes(std::span(image));
  const auto times = TimeTorchScript(path_, bytes, 1, 5, 2);
  ASSERT_TRUE(times) << times.error().message;
  EXPECT_EQ(times->image.size(), 2U);
  EXPECT_EQ(times->pass.size(), 2U);
  EXPECT_EQ(times->caption.size(), 2U);
  EXPECT_LE(times->tokens, 5);
  const auto broken = TimeTorchScript(path_, bytes.first(4), 1, 5, 2);
  ASSERT_FALSE(broken);
}

TEST_F(TorchScriptFile, AnotherFileIsAnError) {
  const auto message = [&](const std::string& name) {
    const auto times = TimeTorchScript(folder_ + name, {}, 1, 5, 2);
    return times ? "none" : times.error().message.substr(folder_.size());
  };
  constexpr const char* kNotOurs = ": expected a TorchScript file that edgevlm-train exported";
  EXPECT_EQ(message("/none.pt"), "/none.pt: no such file");
  EXPECT_EQ(message("/run.json"), std::string("/run.json") + kNotOurs);
  EXPECT_EQ(message("/model.pt"), std::string("/model.pt") + kNotOurs);
}

}  // namespace
}  // namespace edgevlm::train
