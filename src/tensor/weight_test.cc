#include "tensor/weight.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "base/checked_copy.h"
#include "base/mapped_file.h"
#include "tensor/dequantize.h"
#include "tensor/rotation.h"
#include "tensor/testing/blocks.h"

namespace edgevlm {
namespace {

std::vector<float> Counting(int count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) values[static_cast<std::size_t>(i)] = static_cast<float>(i + 1);
  return values;
}

TEST(Weight, PanelsHoldNeighboringOutputsAndZeros) {
  for (const int n : {1, 15, 16, 17, 40}) {
    for (const int k : {1, 3, 8}) {
      const std::vector<float> values = Counting(n * k);
      const Weight weight(View<const float>(values.data(), n, k));
      ASSERT_EQ(weight.outputs(), n);
      ASSERT_EQ(weight.inputs(), k);
      for (int panel = 0; panel < weight.panels(); ++panel) {
        const float* packed = weight.Panel(panel);
        for (int i = 0; i < k * Weight::kPanelWidth; ++i) {
          const int output = panel * Weight::kPanelWidth + i % Weight::kPanelWidth;
          const int input = i / Weight::kPanelWidth;
          const float expected = output < n ? static_cast<float>(output * k + input + 1) : 0.0f;
          ASSERT_EQ(packed[i], expected) << "n=" << n << " k=" << k << " i=" << i;
        }
      }
    }
  }
}

TEST(Weight, PacksRowsOfAStridedViewAndCopiesThemBack) {
  const std::vector<float> values = Counting(20 * 7);
  const View<const float> matrix(values.data(), 20, 5, 7);
  const Weight weight(matrix);
  std::vector<float> row(5);
  for (int n = 0; n < 20; ++n) {
    weight.CopyRow(n, row);
    for (std::size_t k = 0; k < 5; ++k) EXPECT_EQ(row[k], matrix.Row(n)[k]);
  }
}

TEST(Weight, PanelsAreAligned) {
  const std::vector<float> values = Counting(33 * 3);
  const Weight weight(View<const float>(values.data(), 33, 3));
  for (int panel = 0; panel < 3; ++panel) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(weight.Panel(panel)) % 64, 0u);
  }
  EXPECT_EQ(weight.bytes(), 48u * 3u * sizeof(float));
}

WeightType TypeOf(DType dtype, int outputs, int inputs) {
  if (InfoOf(dtype).block_values > 1) return WeightType::kBlocks;
  if (dtype == DType::kF32 || outputs * inputs <= Weight::kMaxWidenedValues) {
    return WeightType::kFloat32;
  }
  return dtype == DType::kF16 ? WeightType::kFloat16 : WeightType::kBFloat16;
}

std::vector<std::byte> FiniteStored(DType dtype, int count) {
  if (InfoOf(dtype).block_values > 1) return RandomStored(dtype, count);
  std::vector<float> values = Counting(count);
  for (float& value : values) value = std::sin(value);
  return *FromFloats(values, dtype);
}

// Every format at an odd address, the last panel not full, one thread and three.
TEST(Weight, KeepsAStoredMatrixAsItWas) {
  ThreadPool alone(1), several(3);
  for (const DTypeInfo& info : DTypes()) {
    for (const int outputs : {1, 16, 37, 1025}) {
      const int inputs = 512;
      if (outputs > 100 && info.block_values > 1) continue;  // large for the 16-bit panels' sake
      SCOPED_TRACE(testing::Message() << info.name << " outputs=" << outputs);
      std::vector<std::byte> bytes = FiniteStored(info.dtype, outputs * inputs);
      bytes.insert(bytes.begin(), std::byte{1});
      const TensorView stored{info.dtype, {outputs, inputs}, std::span(bytes).subspan(1)};
      const auto weight = Weight::Pack(stored, outputs, inputs, outputs > 20 ? several : alone);
      ASSERT_TRUE(weight) << weight.error().message;
      ASSERT_EQ(weight->type(), TypeOf(info.dtype, outputs, inputs));
      const std::vector<float> expected = *ToFloats(stored);
      std::vector<float> row(inputs);
      for (int n = 0; n < outputs; n += outputs < 100 ? 1 : 61) {
        weight->CopyRow(n, row);
        for (std::size_t k = 0; k < row.size(); ++k) {
          ASSERT_EQ(row[k], expected[static_cast<std::size_t>(n * inputs) + k]) << n << " " << k;
        }
        const std::span<float> part = std::span(row).subspan(100, 300);
        weight->CopyRow(n, part, 7);
        for (std::size_t k = 0; k < part.size(); ++k) {
          ASSERT_EQ(part[k], expected[static_cast<std::size_t>(n * inputs) + k + 7]);
        }
      }
    }
  }
}

// Rotated, a value is off by half a quant, which is half of the greatest magnitude of its block /
// 127; rotating back adds up R of them over the root of R.
TEST(Weight, Int8IsWithinHalfAQuant) {
  ThreadPool alone(1), several(3);
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    for (const auto& [outputs, inputs] :
         {std::pair(1, 4), std::pair(37, 300), std::pair(16, 128)}) {
      SCOPED_TRACE(testing::Message() << NameOf(dtype) << " " << outputs << " x " << inputs);
      const std::vector<std::byte> bytes = FiniteStored(dtype, outputs * inputs);
      const TensorView stored{dtype, {outputs, inputs}, bytes};
      const auto weight =
          Weight::Pack(stored, outputs, inputs, outputs > 20 ? several : alone, Packing::kInt8);
      ASSERT_TRUE(weight) << weight.error().message;
      ASSERT_EQ(weight->type(), WeightType::kInt8);
      EXPECT_TRUE(weight->is_quantized());
      const std::vector<float> values = *ToFloats(stored);
      std::vector<float> row(static_cast<std::size_t>(inputs));
      for (int n = 0; n < outputs; ++n) {
        const std::span<const float> expected =
            std::span(values).subspan(static_cast<std::size_t>(n) * row.size(), row.size());
        std::vector<float> rotated(expected.begin(), expected.end());
        RotateRow(rotated);
        weight->CopyRow(n, row);
        for (std::size_t k = 0; k < row.size(); ++k) {
          const std::size_t block = k / kInt8BlockInputs * kInt8BlockInputs;
          float greatest = 0;
          for (std::size_t i = block; i < std::min(row.size(), block + kInt8BlockInputs); ++i) {
            greatest = std::max(greatest, std::fabs(rotated[i]));
          }
          ASSERT_NEAR(row[k], expected[k], greatest / 127 * 0.5001f * 8);
        }
      }
    }
  }
}

TEST(Weight, Int8NeedsRowsOfWholeQuads) {
  ThreadPool pool(1);
  const std::vector<std::byte> bytes = FiniteStored(DType::kF32, 3 * 6);
  const auto weight = Weight::Pack({DType::kF32, {3, 6}, bytes}, 3, 6, pool, Packing::kInt8);
  ASSERT_TRUE(weight);
  EXPECT_EQ(weight->type(), WeightType::kFloat32);
  EXPECT_FALSE(weight->is_quantized());
}

TEST(Weight, Int8TakesAByteAndAShareOfAScale) {
  ThreadPool pool(1);
  const std::vector<std::byte> bytes = FiniteStored(DType::kF16, 64 * 256);
  const auto weight = Weight::Pack({DType::kF16, {64, 256}, bytes}, 64, 256, pool, Packing::kInt8);
  EXPECT_EQ(weight->bytes(), 64u * 256u + 64u * 4u * sizeof(float));
}

TEST(Weight, GroupsGiveTheValuesOfARow) {
  ThreadPool pool(1);
  for (const DTypeInfo& info : DTypes()) {
    constexpr int kOutputs = 18, kInputs = 512;
    SCOPED_TRACE(info.name);
    const std::vector<std::byte> bytes = FiniteStored(info.dtype, kOutputs * kInputs);
    const auto weight = Weight::Pack({info.dtype, {kOutputs, kInputs}, bytes}, kOutputs, kInputs,
                                     pool, Packing::kInt8);
    ASSERT_TRUE(weight && weight->is_quantized());
    std::vector<float> row(kInputs), values(kInputs);
    for (int n = 0; n < kOutputs; ++n) {
      weight->CopyRow(n, row);
      for (int first = 0; first < kInputs; first += weight->group()) {
        const Weight::Group group = weight->ReadGroup(n, first);
        ASSERT_EQ(group.count, weight->group());
        for (int i = 0; i < group.count; ++i) {
          const float quant = group.quants[static_cast<std::size_t>(i)];
          values[static_cast<std::size_t>(first + i)] = group.scale * quant - group.minimum;
        }
      }
      if (weight->type() == WeightType::kInt8) UnrotateRow(values);
      ASSERT_EQ(values, row);
    }
  }
}

// The file's bytes, N rounded up to 16, and what packed_block.h allows.
TEST(Weight, TakesTheBytesOfTheFile) {
  ThreadPool pool(1);
  for (const DTypeInfo& info : DTypes()) {
    const int outputs = info.block_values > 1 ? 32 : 2080;
    const std::vector<std::byte> bytes = FiniteStored(info.dtype, outputs * 256);
    const auto weight = Weight::Pack({info.dtype, {outputs, 256}, bytes}, outputs, 256, pool);
    ASSERT_TRUE(weight) << info.name;
    const double allowed = info.dtype == DType::kQ2_K ? 1.2 : 1.04;
    EXPECT_LE(static_cast<double>(weight->bytes()), static_cast<double>(bytes.size()) * allowed)
        << info.name;
  }
}

TEST(Weight, RefusesWhatIsNoNumber) {
  ThreadPool pool(2);
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    for (const float bad :
         {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
          std::numeric_limits<float>::quiet_NaN()}) {
      for (const int outputs : {32, 8200}) {  // float32 panels, 16-bit panels
        std::vector<float> values(static_cast<std::size_t>(outputs) * 64, 65504.0f);
        values[values.size() - 3] = bad;
        const auto bytes = *FromFloats(values, dtype);
        const auto weight = Weight::Pack({dtype, {outputs, 64}, bytes}, outputs, 64, pool);
        ASSERT_FALSE(weight) << NameOf(dtype) << " " << bad;
        EXPECT_EQ(weight.error().code, ErrorCode::kCorrupt);
      }
    }
  }
}

TEST(Weight, SaysWhenTheFileIsCutShort) {
  if (!CopiesAreChecked()) GTEST_SKIP() << "the kernel does not copy here";
  std::string path = (std::filesystem::temp_directory_path() / "weight-XXXXXX").string();
  close(mkstemp(path.data()));
  std::ofstream(path) << std::string(64 * 1024, '\1');
  const auto file = MappedFile::Open(path);
  ASSERT_TRUE(file) << file.error().message;
  const TensorView stored{DType::kF32, {64, 256}, file->bytes()};
  ThreadPool pool(2);
  EXPECT_TRUE(Weight::Pack(stored, 64, 256, pool));
  EXPECT_TRUE(ToFloats(stored));
  std::filesystem::resize_file(path, 20000);
  const auto weight = Weight::Pack(stored, 64, 256, pool);
  const auto floats = ToFloats(stored);
  std::filesystem::remove(path);
  ASSERT_FALSE(weight);
  EXPECT_EQ(weight.error().code, ErrorCode::kIo);
  ASSERT_FALSE(floats);
  EXPECT_EQ(floats.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace edgevlm
