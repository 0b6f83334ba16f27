// ExitRule: says whether a token may be taken from an early block.
#pragma once

#include <span>

namespace edgevlm {

// A row at an exit.
struct ExitPoint {
  std::span<const float> probabilities;  // [V] softmax of the logits there
  int position = 0;                      // of the row in its sequence
  int blocks = 0;                        // that it went through
};

// Threads: const methods from any number of threads.
class ExitRule {
 public:
  virtual ~ExitRule() = default;

  // REQUIRES: point.probabilities is not empty.
  virtual bool Leaves(const ExitPoint& point) const = 0;
};

// When the likeliest token has more than this share (Schwartz et al. 2020), so that a threshold of
// 1 takes nothing early, even where float32 rounds a share to 1. CALM (Schuster et al. 2022) takes
// the difference of the two likeliest probabilities, which orders rows almost alike above one half;
// but an exit is trained for the share itself: where that is 0.9, about nine tokens of ten should
// be right.
class ConfidentExit final : public ExitRule {
 public:
  // REQUIRES: 0 < threshold <= 1.
  explicit ConfidentExit(float threshold);
  bool Leaves(const ExitPoint& point) const override;

 private:
  float threshold_;
};

// At the first exit for this share of the positions, evenly spread, and else not at all, whatever
// the exit says: shows what the engine makes of a given exit rate.
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
