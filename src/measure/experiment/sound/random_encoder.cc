#include "measure/experiment/sound/random_encoder.h"

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gguf/names.h"
#include "gguf/reader.h"
#include "gguf/writer.h"
#include "measure/experiment/find_row.h"

namespace edgevlm {
namespace {

constexpr int kBands = 80, kPositions = 1500, kTaps = 3;

struct EncoderShape {
  std::string_view name;
  int width;
  int blocks;
  int heads;
};
constexpr EncoderShape kShapes[] = {
    {"tiny", 384, 4, 6}, {"base", 512, 6, 8}, {"small", 768, 12, 12}};

class EncoderTensors {
 public:
  explicit EncoderTensors(GgufWriter& writer) : writer_(writer) {}

  // Matrices like trained ones: outputs are about as large as inputs.
  void Matrix(const std::string& module, const Shape& shape) {
    std::int64_t inputs = 1;
    for (int axis = 1; axis < shape.rank(); ++axis) inputs *= shape[axis];
    std::vector<float> values(static_cast<std::size_t>(shape[0] * inputs));
    const double range = std::sqrt(3 / static_cast<double>(inputs));
    for (float& v : values) {
      v = static_cast<float>((static_cast<double>(random_()) * 0x1p-31 - 1) * range);
    }
    Add(modules::Weight(module), DType::kF16, shape, values);
  }
  void Vector(const std::string& name, int width, float value) {
    Add(name, DType::kF32, {width}, std::vector<float>(static_cast<std::size_t>(width), value));
  }
  void Norm(const std::string& module, int width) {
    Vector(modules::Weight(module), width, 1);
    Vector(modules::Bias(module), width, 0);
  }
  void Linear(const std::string& module, const Shape& shape) {
    Matrix(module, shape);
    Vector(modules::Bias(module), static_cast<int>(shape[0]), 0);
  }

 private:
  void Add(const std::string& name, DType dtype, const Shape& shape,
           const std::vector<float>& values) {
    Result<std::vector<std::byte>> bytes = FromFloats(values, dtype);
    CHECK(bytes.ok());
    writer_.AddTensor(name, dtype, shape, *std::move(bytes));
  }

  GgufWriter& writer_;
  std::mt19937 random_{11};
};

std::vector<std::byte> MakeFile(const AudioSizes& sizes) {
  GgufWriter writer;
  writer.Add(keys::kArchitecture, std::string("whisper"));
  EncoderTensors tensors(writer);
  const int width = sizes.width, hidden = sizes.hidden;
  tensors.Linear(modules::AudioConvolution(1), {width, sizes.bands, kTaps});
  tensors.Linear(modules::AudioConvolution(2), {width, width, kTaps});
  tensors.Matrix(std::string(modules::kAudioPositions), {sizes.positions, width});
  for (int block = 0; block < sizes.blocks; ++block) {
    const auto name = [block](std::string_view part) { return modules::AudioBlock(block, part); };
    for (const char* part : {"attn_q", "attn_k", "attn_v", "attn_out"}) {
      tensors.Linear(name(part), {width, width});
    }
    tensors.Linear(name("ffn_up"), {hidden, width});
    tensors.Linear(name("ffn_down"), {width, hidden});
    tensors.Norm(name("ln1"), width);
    tensors.Norm(name("ln2"), width);
  }
  tensors.Norm(std::string(modules::kAudioPostNorm), width);
  Result<std::vector<std::byte>> bytes = writer.ToBytes();
  CHECK(bytes.ok());
  return *std::move(bytes);
}

}  // namespace

Result<std::unique_ptr<WhisperEncoder>> MakeRandomEncoder(std::string_view shape, Packing packing) {
  const auto found = FindRow(std::span<const EncoderShape>(kShapes), shape);
  if (!found) return found.error();
  const EncoderShape& row = **found;
  const AudioSizes sizes = {.bands = kBands,
                            .width = row.width,
                            .hidden = 4 * row.width,
                            .blocks = row.blocks,
                            .heads = row.heads,
                            .positions = kPositions};
  const std::vector<std::byte> bytes = MakeFile(sizes);
  const auto file = GgufFile::Parse(bytes);
  CHECK(file.ok());
  WeightReader reader(*file, packing);
  auto encoder = std::make_unique<WhisperEncoder>(WhisperEncoder::Read(reader, sizes));
  CHECK(reader.ok());
  return encoder;
}

}  // namespace edgevlm
