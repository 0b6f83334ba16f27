#include "train/ops/gelu_loops.h"

#include <cstddef>

#include "train/ops/lanes.h"

namespace edgevlm::train {
namespace {

constexpr float kCubicCoefficient = 0.044715f;
constexpr float kTwoRoots = 2.0f * 0.797884561f;  // 2 sqrt(2 / pi)

// 1 / (1 + exp(-2 sqrt(2 / pi) (u + 0.044715 u^3))), which is (1 + tanh(..)) / 2.
template <int kLanes>
[[gnu::always_inline]] inline Lanes<kLanes> Gate(const Lanes<kLanes>& u) {
  const Lanes<kLanes> exponent = u * (u * u * (-kTwoRoots * kCubicCoefficient) - kTwoRoots);
  return 1.0f / (1.0f + Exp<kLanes>(exponent));
}

// The derivative of u Gate(u).
template <int kLanes>
[[gnu::always_inline]] inline Lanes<kLanes> Slope(const Lanes<kLanes>& u) {
  const Lanes<kLanes> gate = Gate<kLanes>(u);
  const Lanes<kLanes> inner = u * (u * u * (3.0f * kTwoRoots * kCubicCoefficient) + kTwoRoots);
  return gate + gate * (1.0f - gate) * inner;
}

struct ForwardStep {
  template <int kLanes>
  [[gnu::always_inline]] static void Loop(const GeluData& data, std::ptrdiff_t at, int column,
                                          float*) {
    const Lanes<kLanes> u = Load<kLanes>(data.x + at) + Load<kLanes>(data.bias + column);
    Store<kLanes>(u * Gate<kLanes>(u), data.out + at);
  }
};

struct BackwardStep {
  template <int kLanes>
  [[gnu::always_inline]] static void Loop(const GeluData& data, std::ptrdiff_t at, int column,
                                          float* bias_gradient) {
    const Lanes<kLanes> u = Load<kLanes>(data.x + at) + Load<kLanes>(data.bias + column);
    const Lanes<kLanes> gradient = Load<kLanes>(data.out_gradient + at) * Slope<kLanes>(u);
    Store<kLanes>(gradient, data.x_gradient + at);
    Store<kLanes>(Load<kLanes>(bias_gradient + column) + gradient, bias_gradient + column);
  }
};

template <class Step>
struct GeluLoops {
  template <int kLanes>
  [[gnu::always_inline]] static void Loop(const GeluData& data, int first, int end,
                                          float* bias_gradient) {
    for (int row = first; row < end; ++row) {
      const std::ptrdiff_t begin = static_cast<std::ptrdiff_t>(row) * data.columns;
      ForLanes<kLanes>(
          data.columns, [&]<int kPart>(Width<kPart>, int column) __attribute__((always_inline)) {
            Step::template Loop<kPart>(data, begin + column, column, bias_gradient);
          });
    }
  }
};

}  // namespace

void GeluForward(Isa isa, const GeluData& data, int first, int end) {
  RunOn<GeluLoops<ForwardStep>>(isa, data, first, end, static_cast<float*>(nullptr));
}

void GeluBackward(Isa isa, const GeluData& data, int first, int end, float* bias_gradient) {
  RunOn<GeluLoops<BackwardStep>>(isa, data, first, end, bias_gradient);
}

}  // namespace edgevlm::train
