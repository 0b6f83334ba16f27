// Whisper's encoder in folders of models that transcribe or hear.
#pragma once

#include <optional>
#include <span>

#include "convert/huggingface/json.h"
#include "convert/huggingface/plan.h"

namespace edgevlm {

struct AudioTowerSizes {
  int bands = 1;
  int width = 1;
  int blocks = 1;
  int heads = 1;
  int hidden = 1;
  int positions = 1;
};

// What the configuration of Qwen2-Audio and of Ultravox leaves out: the encoder of Whisper large.
inline constexpr AudioTowerSizes kLargeAudioTower = {
    .bands = 128, .width = 1280, .blocks = 32, .heads = 20, .hidden = 5120, .positions = 1500};

// config: that of a Whisper, or of one's encoder. defaults: of entries that it lacks; nothing:
// these are errors. Errors stay in it: also kUnsupported for another activation.
AudioTowerSizes ReadAudioTowerSizes(JsonObject& config,
                                    const std::optional<AudioTowerSizes>& defaults);

// The rules of its tensors, behind the prefix of the encoder.
std::span<const TensorRule> AudioTowerRules();

// The keys of a file for a model that hears, without those of its projector.
void AddAudioTowerKeys(const AudioTowerSizes& sizes, int outputs, FilePlan& plan);

// Gives the biases of convolutions the shape that llama.cpp expects of such a file.
void MakeColumnsOfBiases(std::vector<PlannedTensor>& tensors);

}  // namespace edgevlm
