#include "model/smoothing.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "gguf/names.h"
#include "model/testing/tiny_file.h"
#include "tensor/testing/blocks.h"

namespace edgevlm {
namespace {

constexpr int kNormWidth = 64;
constexpr int kOutlierChannel = 37;
constexpr char kFirstReader[] = "fc1";
constexpr char kSecondReader[] = "fc2";

// Two modules that read a norm.
struct NormAndReaders : TinyFile {
  NormAndReaders() : TinyFile(5) {
    AddTensor(modules::Weight("norm"), {kNormWidth}, 1, 0.1f, DType::kF32);
    AddTensor(modules::Bias("norm"), {kNormWidth}, 0, 0.1f, DType::kF32);
    AddTensor(modules::Weight(kFirstReader), {8, kNormWidth}, 0, 1, DType::kF16);
    AddTensor(modules::Weight(kSecondReader), {8, kNormWidth}, 0, 1, DType::kF16);
  }

  void MakeOutlier(float gain) {
    tensors.at(modules::Weight("norm")).values[kOutlierChannel] = gain;
    tensors.at(modules::Bias("norm")).values[kOutlierChannel] = 0;
  }
};

struct SmoothedNorm {
  std::vector<float> factors;
  Norm before, after;
};

SmoothedNorm Smooth(std::span<const std::byte> bytes, Packing packing) {
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  CHECK(file.ok());
  WeightReader reader(*file, packing);
  SmoothedNorm result;
  result.before = reader.ReadNorm("norm", kNormWidth, "norm");
  result.after = result.before;
  result.factors = SmoothNorm(reader, {kFirstReader, kSecondReader}, result.after);
  EXPECT_TRUE(reader.ok());
  return result;
}

SmoothedNorm Smooth(const NormAndReaders& layers, Packing packing) {
  return Smooth(layers.ToBytes(), packing);
}

TEST(Smoothing, DividesAnOutlierByTheRootOfItsRatio) {
  NormAndReaders layers;
  layers.MakeOutlier(64);
  const SmoothedNorm smoothed = Smooth(layers, Packing::kInt8);
  ASSERT_EQ(smoothed.factors.size(), std::size_t{kNormWidth});
  for (std::size_t c = 0; c < kNormWidth; ++c) {
    EXPECT_EQ(smoothed.factors[c], c == kOutlierChannel ? 8.0f : 1.0f) << c;
    EXPECT_EQ(smoothed.after.gain[c] * smoothed.factors[c], smoothed.before.gain[c]) << c;
    EXPECT_EQ(smoothed.after.bias[c] * smoothed.factors[c], smoothed.before.bias[c]) << c;
  }
}

TEST(Smoothing, LeavesWhatStandsOutLittle) {
  NormAndReaders layers;
  layers.MakeOutlier(12);
  const SmoothedNorm smoothed = Smooth(layers, Packing::kInt8);
  EXPECT_TRUE(smoothed.factors.empty());
  EXPECT_EQ(smoothed.after.gain, smoothed.before.gain);
}

TEST(Smoothing, LeavesNormsOfLayersThatAreNotRounded) {
  NormAndReaders layers;
  layers.MakeOutlier(64);
  for (const Packing packing : {Packing::kExact, Packing::kBf16Pairs}) {
    const SmoothedNorm smoothed = Smooth(layers, packing);
    EXPECT_TRUE(smoothed.factors.empty());
    EXPECT_EQ(smoothed.after.gain, smoothed.before.gain);
  }
}

TEST(Smoothing, LeavesNormsThatQuantizedWeightsRead) {
  NormAndReaders layers;
  layers.MakeOutlier(64);
  layers.tensors.erase(modules::Weight(kSecondReader));
  GgufWriter writer;
  for (const auto& [name, tensor] : layers.tensors) {
    writer.AddTensor(name, tensor.dtype, tensor.shape, *FromFloats(tensor.values, tensor.dtype));
  }
  writer.AddTensor(modules::Weight(kSecondReader), DType::kQ8_0, {8, kNormWidth},
                   RandomStored(DType::kQ8_0, 8 * kNormWidth));
  const SmoothedNorm smoothed = Smooth(*writer.ToBytes(), Packing::kInt8);
  EXPECT_TRUE(smoothed.factors.empty());
  EXPECT_EQ(smoothed.after.gain, smoothed.before.gain);
}

TEST(Smoothing, ANormOfZerosHasNoOutliers) {
  NormAndReaders layers;
  for (const std::string& name : {modules::Weight("norm"), modules::Bias("norm")}) {
    layers.tensors.at(name).values.assign(kNormWidth, 0.0f);
  }
  layers.MakeOutlier(64);
  EXPECT_TRUE(Smooth(layers, Packing::kInt8).factors.empty());
}

// Powers of two do not round: layers of floats give the same bits.
TEST(Smoothing, WeightsTimesFactorsGiveTheSameProducts) {
  const NormAndReaders layers;
  const std::vector<std::byte> bytes = layers.ToBytes();
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  ASSERT_TRUE(file.ok());
  WeightReader reader(*file);
  std::vector<float> factors(kNormWidth, 1.0f), x(kNormWidth), smoothed(kNormWidth);
  factors[kOutlierChannel] = 8;
  for (std::size_t c = 0; c < kNormWidth; ++c) {
    x[c] = 0.1f * static_cast<float>(c) - 3;
    smoothed[c] = x[c] / factors[c];
  }
  const Linear plain = reader.ReadLinear(kFirstReader, {8, kNormWidth}, "plain", BiasRule::kNone);
  const Linear times = reader.ReadLinear(kFirstReader, {8, kNormWidth}, "times",
                                         {.bias = BiasRule::kNone, .factors = factors});
  ASSERT_TRUE(reader.ok());
  ThreadPool pool(1);
  std::vector<float> y(8), y_times(8);
  const auto apply = [&](const Linear& linear, const std::vector<float>& in,
                         std::vector<float>& out) {
    linear.Apply(View<const float>(in.data(), 1, kNormWidth), Activation::kNone,
                 View<float>(out.data(), 1, 8), {.pool = pool});
  };
  apply(plain, x, y);
  apply(times, smoothed, y_times);
  EXPECT_EQ(y, y_times);
}

}  // namespace
}  // namespace edgevlm
