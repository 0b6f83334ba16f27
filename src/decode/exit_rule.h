// ExitRule: decides whether a token is chosen at an early exit.
#pragma once

#include <span>

namespace edgevlm {

// A row at an exit.
struct ExitPoint {
  std::span<const float> probabilities;  // [V] softmax of the exit's logits
  int position = 0;                      // of the row in its sequence
  int blocks = 0;                        // that the row went through
};

// Threads: const methods from any number of threads.
class ExitRule {
 public:
  virtual ~ExitRule() = default;

  // REQUIRES: point.probabilities is not empty.
  virtual bool Leaves(const ExitPoint& point) const = 0;
};

// Exits when the most likely token has more than this probability (Schwartz et al. 2020), so that a
// threshold of 1 never exits, even where float32 rounds a probability to 1. CALM (Schuster et al.
// 2022) uses the difference of the two highest probabilities, which orders rows almost the same way
// above one half; but an exit is trained for the probability itself: where that is 0.9, about nine
// tokens of ten should be right.
class ConfidentExit final : public ExitRule {
 public:
  // REQUIRES: 0 < threshold <= 1.
  explicit ConfidentExit(float threshold);
  bool Leaves(const ExitPoint& point) const override;

 private:
  float threshold_;
};

// Exits at the first exit for this fraction of the positions, evenly spread, whatever the logits
// there, and not at all otherwise: measures the engine at a given exit rate.
class SteadyExit final : public ExitRule {
 public:
  // first: the first exit's number of blocks. REQUIRES: 0 <= rate <= 1.
  SteadyExit(double rate, int first);
  bool Leaves(const ExitPoint& point) const override;

 private:
  double rate_;
  int first_;
};

}  // namespace edgevlm
