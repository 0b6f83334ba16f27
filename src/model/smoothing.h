// Smoothing: makes the outlier channels of a norm smaller before they are rounded to int8, and the
// weights that read them larger (SmoothQuant; Xiao et al., 2022).
//
// The paper measures activations. Here the norm alone decides, because its outputs are about as
// large as its gain and bias: a channel more than kOutlierRatio times as large as the median is
// divided by the square root of that ratio. Then its values and its weights stand out equally, the
// best where the weights do not make up for the gain, and near the best where they do. Factors are
// powers of two, so float32 products keep their bits.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "model/weight_reader.h"

namespace edgevlm {

// In Whisper-base's encoder, no channel is 10 times as large as the median.
inline constexpr float kOutlierRatio = 16.0f;

// Divides the outlier channels of `norm` and returns what the weights that read them must be
// multiplied by, [K]. Empty where nothing changes: without outliers, if the reader does not pack as
// int8, or if one of the modules that read the norm has weights that stay as the file rounded them.
std::vector<float> SmoothNorm(const WeightReader& reader,
                              std::initializer_list<std::string_view> modules, Norm& norm);

}  // namespace edgevlm
