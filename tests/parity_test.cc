// Parity of trainer and engine: for an image and its texts, the engine must compute with the
// exported file what LibTorch computes with the model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "edgevlm/edgevlm.h"
#include "image/write.h"
#include "train/data/sample.h"
#include "train/export/export.h"
#include "train/loop/options.h"
#include "train/scenes/draw.h"
#include "train/scenes/things.h"
#include "train/torch.h"
#include "train/vocabulary/corpus.h"
#include "train/vocabulary/train_bpe.h"

namespace edgevlm::train {
namespace {

constexpr std::uint64_t kSeed = 83;
constexpr double kLeastCosine = 0.9999;
constexpr int kRows = 4;

struct Size {
  const char* name;
  EncoderSize encoder;
  int image_side;
  int width;
  int blocks;
  int row_tokens;

  int grid() const { return image_side / CellPixelsOf(encoder); }
  int cells() const { return grid() * grid(); }
};

// "Odd" has an odd grid and an odd number of heads and of blocks, and longer texts.
constexpr Size kSizes[] = {{"Small", EncoderSize::kSmall, 64, 64, 2, 48},
                           {"Odd", EncoderSize::kSmall, 208, 96, 3, 75},
                           {"Medium", EncoderSize::kMedium, 80, 64, 2, 48},
                           {"Fine", EncoderSize::kFine, 120, 64, 2, 48}};

// Rounds to the precision of the file.
void RoundToHalf(torch::Tensor& weight) { weight.copy_(weight.to(torch::kHalf)); }

using Norms = std::vector<std::shared_ptr<torch::nn::BatchNorm2dImpl>>;

Norms NormsOf(Vlm& model) {
  Norms norms;
  for (const auto& module : model->modules()) {
    auto norm = std::dynamic_pointer_cast<torch::nn::BatchNorm2dImpl>(module);
    if (norm != nullptr) norms.push_back(norm);
  }
  return norms;
}

// Statistics of real images, so that the signal passes through all blocks of the vision encoder.
// Each channel is scaled by a power of two, since folding that into a rounded weight is exact.
void Calibrate(Vlm& model, const torch::Tensor& images) {
  const Norms norms = NormsOf(model);
  for (const auto& norm : norms) {
    norm->options.momentum(1.0);
    const torch::Tensor sign = 2 * torch::randint(0, 2, norm->weight.sizes()) - 1;
    norm->weight.uniform_(0.7, 1.4).mul_(sign);
    norm->bias.uniform_(-0.5, 0.5);
  }
  model->train();
  model->EncodeImages(images);
  for (const auto& norm : norms) {
    const torch::Tensor deviation = torch::sqrt(norm->running_var + norm->options.eps());
    const torch::Tensor scale =
        torch::exp2(torch::round(torch::log2(norm->weight.abs() / deviation)));
    norm->weight.copy_(norm->weight.sign() * scale * deviation);
  }
}

Vlm RandomModel(const VlmShape& shape, const torch::Tensor& images) {
  torch::set_num_threads(1);
  torch::manual_seed(kSeed);
  Vlm model(shape);
  const torch::NoGradGuard no_grad;
  // Larger than at the start of training, so that every part matters and logits are well separated.
  for (torch::Tensor& parameter : model->decoder->parameters()) {
    if (parameter.dim() == 2) parameter.mul_(5.0);
    if (parameter.dim() == 1) parameter.add_(torch::randn_like(parameter) * 0.2);
  }
  for (torch::Tensor& parameter : model->parameters()) {
    if (parameter.dim() > 1) RoundToHalf(parameter);
  }
  Calibrate(model, images);
  model->eval();
  return model;
}

double Cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return ab / std::sqrt(aa * bb);
}

std::ptrdiff_t Greatest(std::span<const float> row) {
  return std::max_element(row.begin(), row.end()) - row.begin();
}

// The greatest logit is that of the same token, or of one that cannot be told from it: kLeastCosine
// allows an error of sqrt(2 (1 - cosine)) |expected| in all, and two logits may each be off by
// three times its root mean square.
void ExpectSameChoice(std::span<const float> row, std::span<const float> expected) {
  double squares = 0;
  for (const float logit : expected) squares += static_cast<double>(logit) * logit;
  const double mean = squares / static_cast<double>(expected.size());
  const double error = 2 * 3 * std::sqrt(2 * (1 - kLeastCosine) * mean);
  const auto logit = [&](std::ptrdiff_t token) {
    return expected[static_cast<std::size_t>(token)];
  };
  EXPECT_GE(logit(Greatest(row)), logit(Greatest(expected)) - error);
}

std::span<const float> ValuesOf(const torch::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

class ParityTest : public ::testing::TestWithParam<Size> {
 protected:
  static void TearDownTestSuite() { contexts_.clear(); }

  static SampleOptions Samples(const Size& size) {
    return {.image_side = size.image_side,
            .grid = size.grid(),
            .captions = 1,
            .questions = 5,
            .rows = kRows,
            .length = size.row_tokens};
  }

  // One image for both: as the trainer renders it, and as a file for the engine.
  struct EncodedTwice {
    Sample sample;
    torch::Tensor cells;  // [1, P, D]
    EncodedImage image;
  };
  EncodedTwice EncodeTwice(std::uint64_t seed) {
    const SampleOptions options = Samples(GetParam());
    std::mt19937_64 rng(seed), again(seed);
    ThreadPool pool(1);
    EncodedTwice encoded;
    encoded.sample = MakeSample(options, context_->glyphs, context_->tokenizer, rng, pool);
    const Batch batch = Stack({&encoded.sample, 1}, options);
    const torch::NoGradGuard no_grad;
    encoded.cells =
        context_->model->Project(context_->model->EncodeImages(batch.images)).contiguous();

    const Image image = Draw(Compose({.split = options.split}, again), context_->glyphs);
    Result<EncodedImage> by_engine = context_->engine.EncodeImage(EncodePng(image));
    CHECK(by_engine.ok());
    encoded.image = *std::move(by_engine);
    return encoded;
  }

  struct TestContext {
    explicit TestContext(const Size& size) : TestContext(size, RunOf(size)) {}
    TestContext(const Size& size, const train::Run& run)
        : tokenizer(*Tokenizer::Create(run.vocabulary)),
          glyphs(*Glyphs::Load({})),
          model(RandomModel(run.shape, Images(size, tokenizer, glyphs))),
          engine(EngineOf(model, run)) {}

    static train::Run RunOf(const Size& size) {
      std::mt19937_64 rng(kSeed);
      std::vector<Scene> scenes;
      for (int i = 0; i < 100; ++i) scenes.push_back(Compose({}, rng));
      std::vector<std::string> texts = CorpusTexts(scenes, kSeed);
      for (std::string& text : texts) text.insert(0, " ");
      train::Run run;
      run.vocabulary = TrainBpe(texts, 400);
      run.shape = {.image_side = size.image_side,
                   .features = 48,
                   .things = 2,
                   .encoder = size.encoder,
                   .decoder = {.width = size.width,
                               .heads = size.width / 32,
                               .blocks = size.blocks,
                               .vocabulary = static_cast<int>(run.vocabulary.tokens.size()),
                               .context = size.cells() + size.row_tokens}};
      return run;
    }

    static torch::Tensor Images(const Size& size, const Tokenizer& tokenizer,
                                const Glyphs& glyphs) {
      std::mt19937_64 rng(kSeed + 1000);
      ThreadPool pool(1);
      std::vector<Sample> samples;
      for (int i = 0; i < 8; ++i) {
        samples.push_back(MakeSample(Samples(size), glyphs, tokenizer, rng, pool));
      }
      return Stack(samples, Samples(size)).images;
    }

    // Through a file, as a user would.
    static Engine EngineOf(Vlm& model, const train::Run& run) {
      const std::string path = ::testing::TempDir() + "edgevlm_parity.gguf";
      CHECK(!ToGguf(model, run, "parity").Write(path));
      Result<Engine> engine = Engine::Load(path, {.threads = 1});
      std::filesystem::remove(path);
      if (!engine) CheckFailed(__FILE__, __LINE__, engine.error().message.c_str());
      return *std::move(engine);
    }

    Tokenizer tokenizer;
    Glyphs glyphs;
    Vlm model;
    Engine engine;
  };

  static TestContext& ContextOf(const Size& size) {
    std::unique_ptr<TestContext>& context = contexts_[size.name];
    if (context == nullptr) context = std::make_unique<TestContext>(size);
    return *context;
  }

  static inline std::map<std::string, std::unique_ptr<TestContext>> contexts_;
  TestContext* const context_ = &ContextOf(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Sizes, ParityTest, ::testing::ValuesIn(kSizes),
                         [](const auto& size) { return std::string(size.param.name); });

TEST_P(ParityTest, TheVisionEncodersAgree) {
  for (std::uint64_t seed = kSeed; seed < kSeed + 4; ++seed) {
    const EncodedTwice encoded = EncodeTwice(seed);
    ASSERT_EQ(encoded.image.tokens, GetParam().cells());
    const int width = encoded.image.width;
    ASSERT_EQ(width, GetParam().width);
    for (int cell = 0; cell < encoded.image.tokens; ++cell) {
      const auto row = [&](std::span<const float> values) {
        return values.subspan(static_cast<std::size_t>(cell * width),
                              static_cast<std::size_t>(width));
      };
      EXPECT_GE(Cosine(row(encoded.image.embeddings), row(ValuesOf(encoded.cells))), kLeastCosine)
          << "cell " << cell << " seed " << seed;
    }
    // Images must differ, or equal numbers would prove nothing.
    const EncodedTwice other = EncodeTwice(seed + 100);
    EXPECT_LT(Cosine(encoded.image.embeddings, other.image.embeddings), 0.99) << "seed " << seed;
  }
}

TEST_P(ParityTest, TheDecodersAgree) {
  int texts = 0;
  const int row_tokens = GetParam().row_tokens;
  for (std::uint64_t seed = kSeed; seed < kSeed + 4; ++seed) {
    const EncodedTwice encoded = EncodeTwice(seed);
    const TextRows& rows = encoded.sample.texts;
    const torch::NoGradGuard no_grad;
    const auto tensor = [&](const auto& values, torch::Dtype type) {
      return torch::tensor(at::ArrayRef(values), type).view({1, kRows, row_tokens});
    };
    Decoder& decoder = context_->model->decoder;
    const torch::Tensor hidden =
        decoder
            ->forward(encoded.cells, tensor(rows.ids, torch::kInt64),
                      tensor(rows.positions, torch::kInt64), tensor(rows.starts, torch::kInt32))
            .last;
    const torch::Tensor trained = decoder->Logits(hidden).view({kRows, row_tokens, -1});
    for (const TokenSpan& span : rows.spans) {
      std::vector<int> tokens = {kImageToken};
      for (int i = span.begin; i < span.end; ++i) {
        tokens.push_back(
            static_cast<int>(rows.ids[static_cast<std::size_t>(span.row * row_tokens + i)]));
      }
      const Result<std::vector<float>> logits = context_->engine.Logits(tokens, &encoded.image);
      ASSERT_TRUE(logits.ok()) << logits.error().message;
      const auto vocabulary = static_cast<std::size_t>(trained.size(2));
      ASSERT_EQ(logits->size(), vocabulary * (tokens.size() - 1));
      for (int i = span.begin; i < span.end; ++i) {
        const auto row = std::span(*logits).subspan(
            static_cast<std::size_t>(i - span.begin) * vocabulary, vocabulary);
        const torch::Tensor expected = trained[span.row][i].contiguous();
        EXPECT_GE(Cosine(row, ValuesOf(expected)), kLeastCosine) << "token " << i << " of " << seed;
        SCOPED_TRACE("token " + std::to_string(i) + " of " + std::to_string(seed));
        ExpectSameChoice(row, ValuesOf(expected));
      }
      ++texts;
    }
  }
  EXPECT_GT(texts, 8);
}

}  // namespace
}  // namespace edgevlm::train
