#include "train/loop/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace edgevlm::train {
namespace {

constexpr double kWarmUp = 0.02;
constexpr double kFloor = 0.01;
constexpr double kVisionEncoderFloor = 0.1;
constexpr double kLateVisionEncoderFactor =
    0.4;  // in the last phase the vision encoder has little left to learn

// 0 at the start, 1 after the warm-up, `floor` at the end. part: in [0, 1].
double Curve(double part, double floor) {
  const double cosine = 0.5 * (1.0 + std::cos(std::numbers::pi * std::min(part, 1.0)));
  return std::min(part / kWarmUp, 1.0) * (floor + (1.0 - floor) * cosine);
}

// The whole run is one phase.
Moment MomentOfStage(const TrainOptions& options, double done) {
  const double rate = options.rate * Curve(done, kFloor);
  switch (options.stage) {
    case Stage::kEncoder:
      return {Phase::kVisionEncoder, options.vision_encoder_rate * Curve(done, kVisionEncoderFloor),
              0.0, options.keeps_names};
    case Stage::kLanguage:
      return {Phase::kDecoder, 0.0, rate};
    default:
      return {Phase::kAll, kLateVisionEncoderFactor * rate, rate};
  }
}

}  // namespace

Moment MomentAt(const TrainOptions& options, double done) {
  if (options.stage != Stage::kSchedule) return MomentOfStage(options, done);
  if (done < options.vision_encoder_part) {
    return {Phase::kVisionEncoder,
            options.vision_encoder_rate *
                Curve(done / options.vision_encoder_part, kVisionEncoderFloor),
            0.0, options.keeps_names};
  }
  const double later = (done - options.vision_encoder_part) / (1.0 - options.vision_encoder_part);
  const double rate = options.rate * Curve(later, kFloor);
  if (done < options.vision_encoder_part + options.blind_part) return {Phase::kDecoder, 0.0, rate};
  return {Phase::kAll, kLateVisionEncoderFactor * rate, rate};
}

}  // namespace edgevlm::train
