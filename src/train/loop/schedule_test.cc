#include "train/loop/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "train/loop/progress.h"

namespace edgevlm::train {
namespace {

constexpr TrainOptions Options() {
  TrainOptions options;
  options.vision_encoder_part = 0.4;
  options.blind_part = 0.2;
  options.rate = 1.0;
  options.vision_encoder_rate = 2.0;
  return options;
}

// Half a cosine over what is left, from 1 to `floor`.
double Decayed(double part, double floor) {
  return floor + (1 - floor) * (0.5 + 0.5 * std::cos(std::acos(-1.0) * part));
}

TEST(MomentAt, EachPhaseTrainsItsParts) {
  struct Case {
    double done;
    Phase phase;
    double vision_encoder_rate, rate;
  };
  const Case cases[] = {
      {0, Phase::kVisionEncoder, 0, 0},                             // warms up from nothing
      {0.004, Phase::kVisionEncoder, 1.0 * Decayed(0.01, 0.1), 0},  // half of the first 2 %
      {0.008, Phase::kVisionEncoder, 2.0 * Decayed(0.02, 0.1), 0},  // all of it
      {0.2, Phase::kVisionEncoder, 2.0 * 0.55, 0},                  // half of the cosine
      {0.4 - 1e-9, Phase::kVisionEncoder, 0.2, 0},                  // a tenth is left
      {0.4, Phase::kDecoder, 0, 0},                                 // the decoder warms up
      {0.406, Phase::kDecoder, 0, 0.5 * Decayed(0.01, 0.01)},
      {0.6 - 1e-9, Phase::kDecoder, 0, Decayed(1 / 3.0, 0.01)},
      {0.6 + 1e-9, Phase::kAll, 0.4 * Decayed(1 / 3.0, 0.01), Decayed(1 / 3.0, 0.01)},
      {0.7, Phase::kAll, 0.4 * 0.505, 0.505},
      {1, Phase::kAll, 0.004, 0.01},
  };
  for (const Case& c : cases) {
    const Moment moment = MomentAt(Options(), c.done);
    EXPECT_EQ(moment.phase, c.phase) << "at " << c.done;
    EXPECT_NEAR(moment.vision_encoder_rate, c.vision_encoder_rate, 1e-6) << "at " << c.done;
    EXPECT_NEAR(moment.rate, c.rate, 1e-6) << "at " << c.done;
  }
}

TEST(MomentAt, AStageIsOnePhase) {
  TrainOptions options = Options();
  options.stage = Stage::kEncoder;
  for (const double done : {0.1, 0.5, 0.9}) {
    EXPECT_EQ(MomentAt(options, done).phase, Phase::kVisionEncoder);
    EXPECT_EQ(MomentAt(options, done).rate, 0);
  }
  EXPECT_NEAR(MomentAt(options, 0.5).vision_encoder_rate, 2.0 * 0.55, 1e-6);
  options.stage = Stage::kLanguage;
  EXPECT_EQ(MomentAt(options, 0.1).phase, Phase::kDecoder);
  EXPECT_EQ(MomentAt(options, 0.1).vision_encoder_rate, 0);
  EXPECT_NEAR(MomentAt(options, 0.5).rate, 0.505, 1e-6);
  options.stage = Stage::kJoint;
  EXPECT_EQ(MomentAt(options, 0).phase, Phase::kAll);
  EXPECT_NEAR(MomentAt(options, 1).vision_encoder_rate, 0.004, 1e-6);
}

TEST(MomentAt, RatesOnlyFallAfterTheWarmUp) {
  double rate = 2;
  for (int i = 413; i <= 1000; ++i) {
    const Moment moment = MomentAt(Options(), i / 1000.0);
    EXPECT_LE(moment.rate, rate) << "at " << i / 1000.0;
    EXPECT_LE(moment.vision_encoder_rate, moment.rate) << "at " << i / 1000.0;
    rate = moment.rate;
  }
  EXPECT_LT(rate, 0.02);
}

// If a session overruns its last minute, the rate must neither rise nor become negative.
TEST(MomentAt, TheEndLasts) {
  EXPECT_EQ(MomentAt(Options(), 1.01).rate, MomentAt(Options(), 1.0).rate);
}

TEST(MomentAt, PhasesMayBeEmpty) {
  TrainOptions options = Options();
  options.vision_encoder_part = 0;
  EXPECT_EQ(MomentAt(options, 0).phase, Phase::kDecoder);
  options.blind_part = 0;
  EXPECT_EQ(MomentAt(options, 0).phase, Phase::kAll);
  EXPECT_EQ(MomentAt(options, 0.5).rate, Decayed(0.5, 0.01));
}

TEST(ClockText, ReadsLikeAClock) {
  struct Case {
    double seconds;
    const char* text;
  };
  for (const Case& c : {Case{0, "0:00"}, Case{59.9, "0:59"}, Case{60, "1:00"}, Case{245, "4:05"},
                        Case{3599, "59:59"}, Case{3600, "1:00:00"}, Case{3723, "1:02:03"},
                        Case{360000, "100:00:00"}, Case{-5, "0:00"}}) {
    EXPECT_EQ(ClockText(c.seconds), c.text) << c.seconds;
  }
}

TEST(Validate, NamesTheOptionThatIsWrong) {
  TrainOptions sound;
  sound.out = "run";
  EXPECT_EQ(Validate(sound), std::nullopt);
  constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();
  struct Case {
    const char* name;
    void (*spoil)(TrainOptions& options);
  };
  const Case cases[] = {
      {"--out", [](TrainOptions& o) { o.out = ""; }},
      {"--minutes", [](TrainOptions& o) { o.minutes = 0; }},
      {"--minutes", [](TrainOptions& o) { o.minutes = kNotANumber; }},
      {"--minutes", [](TrainOptions& o) { o.minutes = 1e300; }},
      {"--eye-part", [](TrainOptions& o) { o.vision_encoder_part = 1; }},
      {"--eye-part", [](TrainOptions& o) { o.vision_encoder_part = -0.1; }},
      {"--blind-part", [](TrainOptions& o) { o.blind_part = 0.8; }},
      {"--blind-part", [](TrainOptions& o) { o.blind_part = kNotANumber; }},
      {"--picture-side", [](TrainOptions& o) { o.image_side = 100; }},
      {"--width", [](TrainOptions& o) { o.width = 48; }},
      {"--vocabulary", [](TrainOptions& o) { o.vocabulary = 260; }},
      {"--vocabulary", [](TrainOptions& o) { o.vocabulary = 1000, o.from = "run"; }},
      {"--text-tokens", [](TrainOptions& o) { o.text_tokens = 15; }},
      {"--quantize-aware", [](TrainOptions& o) { o.quantized_as = "q4_k"; }},
      {"--precision", [](TrainOptions& o) { o.precision = "bf16", o.quantized_as = "q4_0"; }},
      {"--precision", [](TrainOptions& o) { o.precision = "bf17"; }},
      {"--threads", [](TrainOptions& o) { o.threads = 0; }},
      {"--batch", [](TrainOptions& o) { o.batch = 0; }},
      {"--batch", [](TrainOptions& o) { o.batch = 25; }},
      {"--batch", [](TrainOptions& o) { o.batch = 8192; }},
      {"--loaders", [](TrainOptions& o) { o.loaders = 0; }},
      {"--evaluate-pictures", [](TrainOptions& o) { o.evaluate_images = -1; }},
      {"--blocks", [](TrainOptions& o) { o.blocks = 0; }},
      {"--steps", [](TrainOptions& o) { o.steps = -1; }},
      {"--distil-features", [](TrainOptions& o) { o.distil.features = -1; }},
      {"--distil-visual-logits", [](TrainOptions& o) { o.distil.visual_logits = kNotANumber; }},
      {"--distil-temperature", [](TrainOptions& o) { o.distil.temperature = 0; }},
      {"--teacher-outputs", [](TrainOptions& o) { o.distil.logits = 1; }},
      {"--supervised", [](TrainOptions& o) { o.distil.supervised = 0; }},
  };
  for (const Case& c : cases) {
    TrainOptions options = sound;
    c.spoil(options);
    const MaybeError error = Validate(options);
    ASSERT_TRUE(error.has_value()) << c.name;
    EXPECT_EQ(error->code, ErrorCode::kInvalid);
    EXPECT_EQ(error->message.rfind(c.name, 0), 0u) << error->message;
  }
}

}  // namespace
}  // namespace edgevlm::train
