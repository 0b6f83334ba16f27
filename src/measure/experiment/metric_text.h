// How metrics are written for people: their names end with their units.
#pragma once

#include <string>
#include <string_view>

namespace edgevlm {

// Whether a metric's mean is told, not its median: those that end with "_score" are 0 or 1 in most
// samples.
bool IsMean(std::string_view name);

// "encoder_share", 0.61 -> "61 %"; "prefill_ms", 12.345 -> "12.3 ms"; three significant digits.
std::string MetricText(std::string_view name, double value);

// "vision_encoder_share" -> "vision encoder, share of the time".
std::string MetricLabel(std::string_view name);

// At most three significant digits: "0.0123", "12.3", "12", "1230".
std::string ThreeDigits(double value);

}  // namespace edgevlm
