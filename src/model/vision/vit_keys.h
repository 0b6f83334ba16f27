// Keys that all vision transformers have in common.
#pragma once

#include <string>

#include "kernels/activation/activation.h"
#include "model/weight_reader.h"

namespace edgevlm {

// Errors of all stay in the reader.

Error InvalidVisionKey(std::string_view key, const std::string& expected, const std::string& found);

// False if the file does not have it.
bool ReadVisionFlag(WeightReader& reader, std::string_view key);

// Of the MLPs: clip.use_gelu or clip.use_silu; quick GELU if neither is set.
Activation ReadVisionActivation(WeightReader& reader);

// A divisor of the width.
int ReadVisionHeads(WeightReader& reader, int width);

}  // namespace edgevlm
