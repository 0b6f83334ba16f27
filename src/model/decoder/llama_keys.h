// Reads the keys about heads and rotary positions that llama and later decoders share. A failure
// stays in the reader.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gguf/names.h"
#include "model/decoder.h"
#include "model/weight_reader.h"

namespace edgevlm {

// Fails with kUnsupported: "model: key 'key': expected ..., found ...".
void FailKey(WeightReader& reader, const std::string& key, const std::string& expected,
             const std::string& found);

// A key's number, checked as by WeightReader; the fallback if the file lacks the key.
int IntOr(WeightReader& reader, const std::string& key, int min, int max, int fallback);
float FloatOr(WeightReader& reader, const std::string& key, float min, float max, float fallback);

// Sets kv_heads and head_width. Values must be as wide as keys, and all heads together at most
// ModelLimits::kWidth wide.
void ReadHeads(WeightReader& reader, std::string_view architecture, DecoderShape& shape);

// Fails if the file is a mixture of experts.
void RefuseExperts(WeightReader& reader, std::string_view architecture);

// The rotation of each pair of a head's values per position, in radians (RopeFrequencies): base,
// linear scaling, the number of rotated values, and the tensor with factors if there is one. Empty
// after a failure.
std::vector<double> ReadFrequencies(WeightReader& reader, std::string_view architecture,
                                    int head_width, std::string_view factors = modules::kRopeFreqs);

}  // namespace edgevlm
