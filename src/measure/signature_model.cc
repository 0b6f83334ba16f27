#include "measure/signature_model.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "gguf/names.h"
#include "gguf/writer.h"
#include "tensor/blocks.h"
#include "tensor/tensor_view.h"

namespace edgevlm {
namespace {

constexpr int kWidth = 256;  // D, and F: whole blocks of the K formats
constexpr int kHeads = 4, kKvHeads = 2;
constexpr int kVocabulary = 64;
constexpr std::string_view kName = "llama";

// The offsets of a block's scale and minimum, and their float16 bits: powers of two for which
// random quants give matrices that keep the scale of their inputs.
struct BlockScales {
  DType dtype;
  std::size_t bytes;
  std::size_t scale_at;
  std::uint16_t scale;
  std::size_t minimum_at;
  std::uint16_t minimum;  // 0: there is none
};
constexpr std::array kBlockScales = {
    BlockScales{DType::kQ4_0, sizeof(BlockQ4_0), offsetof(BlockQ4_0, scale), 0x2400, 0, 0},
    BlockScales{DType::kQ8_0, sizeof(BlockQ8_0), offsetof(BlockQ8_0, scale), 0x1400, 0, 0},
    BlockScales{DType::kQ4_K, sizeof(BlockQ4K), offsetof(BlockQ4K, scale), 0x0c00,
                offsetof(BlockQ4K, minimum), 0x1800},
    BlockScales{DType::kQ6_K, sizeof(BlockQ6K), offsetof(BlockQ6K, scale), 0x0400, 0, 0},
};

// Adds tensors with random values to a file, in order.
class RandomTensors {
 public:
  RandomTensors(GgufWriter& writer, unsigned seed) : writer_(writer), random_(seed) {}

  void Norm(std::string_view module) {
    std::vector<float> gain = ExactValues(kWidth, random_);
    for (float& value : gain) value += 1.0f;
    writer_.AddTensor(modules::Weight(module), DType::kF32, {kWidth},
                      *FromFloats(gain, DType::kF32));
  }

  void Matrix(std::string_view module, int outputs, DType dtype) {
    const Shape shape = {outputs, kWidth};
    std::vector<std::byte> bytes;
    for (const BlockScales& scales : kBlockScales) {
      if (scales.dtype == dtype) bytes = Blocks(*BytesOf(dtype, shape), scales);
    }
    if (bytes.empty()) {
      const auto count = static_cast<std::size_t>(outputs) * kWidth;
      bytes = *FromFloats(ExactValues(count, random_), dtype);
    }
    writer_.AddTensor(modules::Weight(module), dtype, shape, std::move(bytes));
  }

 private:
  std::vector<std::byte> Blocks(std::size_t size, const BlockScales& scales) {
    std::vector<std::byte> bytes(size);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random_() >> 24);
    for (std::size_t block = 0; block < size; block += scales.bytes) {
      std::memcpy(bytes.data() + block + scales.scale_at, &scales.scale, sizeof(scales.scale));
      if (scales.minimum == 0) continue;
      std::memcpy(bytes.data() + block + scales.minimum_at, &scales.minimum,
                  sizeof(scales.minimum));
    }
    return bytes;
  }

  GgufWriter& writer_;
  std::mt19937 random_;
};

}  // namespace

std::vector<float> ExactValues(std::size_t count, std::mt19937& random) {
  std::vector<float> values(count);
  for (float& value : values) {
    value = static_cast<float>(static_cast<int>(random() >> 27) - 16) / 128;
  }
  return values;
}

std::vector<std::byte> SignatureModel(unsigned seed) {
  GgufWriter writer;
  writer.Add(keys::kArchitecture, std::string(kName));
  const auto add = [&](const std::string& key, int value) {
    writer.Add(key, static_cast<std::uint32_t>(value));
  };
  add(keys::ContextLength(kName), 64);
  add(keys::EmbeddingLength(kName), kWidth);
  add(keys::BlockCount(kName), 1);
  add(keys::FeedForwardLength(kName), kWidth);
  add(keys::HeadCount(kName), kHeads);
  add(keys::HeadCountKv(kName), kKvHeads);
  writer.Add(keys::RmsNormEpsilon(kName), 1e-5f);
  constexpr int kKvWidth = kWidth / kHeads * kKvHeads;
  RandomTensors tensors(writer, seed);
  tensors.Matrix(modules::kTokenEmbedding, kVocabulary, DType::kF32);
  tensors.Norm(modules::AttnNorm(0));
  tensors.Matrix(modules::AttnQ(0), kWidth, DType::kF16);
  tensors.Matrix(modules::AttnK(0), kKvWidth, DType::kQ4_K);
  tensors.Matrix(modules::AttnV(0), kKvWidth, DType::kQ8_0);
  tensors.Matrix(modules::AttnOutput(0), kWidth, DType::kQ4_0);
  tensors.Norm(modules::FfnNorm(0));
  tensors.Matrix(modules::FfnGate(0), kWidth, DType::kQ6_K);
  tensors.Matrix(modules::FfnUp(0), kWidth, DType::kBF16);
  tensors.Matrix(modules::FfnDown(0), kWidth, DType::kQ4_K);
  tensors.Norm(modules::kOutputNorm);
  tensors.Matrix(modules::kOutput, kVocabulary, DType::kQ8_0);
  Result<std::vector<std::byte>> file = writer.ToBytes();
  CHECK(file.ok());
  return *std::move(file);
}

}  // namespace edgevlm
