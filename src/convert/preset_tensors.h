// PresetTensors: random tensors for the files of a preset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "convert/mixture.h"
#include "convert/preset.h"
#include "gguf/writer.h"

namespace edgevlm {

// As GGUF stores counts. REQUIRES: value >= 0.
inline std::uint32_t Number(int value) { return static_cast<std::uint32_t>(value); }

// Adds tensors to a writer, in the data types that ChooseType gives them in a file of `type`.
// Modules are named as in gguf/names.h. The writer holds the tensors in memory.
class PresetTensors {
 public:
  PresetTensors(GgufWriter& writer, const FileType& type, const MixtureFacts& facts)
      : writer_(writer), type_(type), facts_(facts) {}

  void Matrix(std::string_view module, int outputs, int inputs);  // [outputs, inputs]
  void Linear(std::string_view module, int outputs, int inputs, bool has_bias = true);
  void Norm(std::string_view module, int width, bool has_bias);
  // [width], all equal to `value`.
  void Vector(const std::string& name, int width, float value);
  // Normally distributed with variance 1 / inputs, so that outputs are about as large as inputs.
  void Values(const std::string& name, const Shape& shape, int inputs);

 private:
  std::vector<std::byte> Pattern(DType dtype, float deviation);

  GgufWriter& writer_;
  const FileType& type_;
  MixtureFacts facts_;
  std::mt19937 rng_{1};
};

// The vision encoder and the projector to a decoder of width `outputs`, in F16, as a file in
// memory.
std::vector<std::byte> MakePresetVisionEncoder(const VisionEncoderPreset& vision_encoder,
                                               int outputs);
// The same of an audio encoder.
std::vector<std::byte> MakePresetSoundEncoder(PresetSound sound, int outputs);
// The parts of a vision encoder that takes images of any size, without the keys that all have.
void AddGridVisionEncoder(const VisionEncoderPreset& vision_encoder, int outputs,
                          GgufWriter& writer, PresetTensors& tensors);

}  // namespace edgevlm
