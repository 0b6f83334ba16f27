#include "train/ops/norm_loops.h"

#include <cstddef>

#include "train/ops/lanes.h"

namespace edgevlm::train {
namespace {

template <int kLanes, Activation kActivation>
[[gnu::always_inline]] inline Lanes<kLanes> Activate(const Lanes<kLanes>& z) {
  const Lanes<kLanes> zero = {};
  if constexpr (kActivation == Activation::kNone) return z;
  if constexpr (kActivation == Activation::kRelu) return z > 0.0f ? z : zero;
  const Lanes<kLanes> six = zero + 6.0f;
  const Lanes<kLanes> shifted = Greater<kLanes>(z + 3.0f, zero);
  return z * (shifted < 6.0f ? shifted : six) * (1.0f / 6.0f);
}

// gradient times the derivative of the activation at z.
template <int kLanes, Activation kActivation>
[[gnu::always_inline]] inline Lanes<kLanes> Backward(const Lanes<kLanes>& z,
                                                     const Lanes<kLanes>& gradient) {
  const Lanes<kLanes> zero = {};
  if constexpr (kActivation == Activation::kNone) return gradient;
  if constexpr (kActivation == Activation::kRelu) return z > 0.0f ? gradient : zero;
  const Lanes<kLanes> sloped = gradient * (z * (1.0f / 3.0f) + 0.5f);
  const Lanes<kLanes> not_low = z < -3.0f ? zero : sloped;
  return z > 3.0f ? gradient : not_low;
}

// The gradient of z at element `at`, of channel c.
template <int kLanes, Activation kActivation>
[[gnu::always_inline]] inline Lanes<kLanes> GradientAt(const NormData& data, std::ptrdiff_t at,
                                                       int c) {
  const Lanes<kLanes> gradient = Load<kLanes>(data.out_gradient + at);
  if constexpr (kActivation == Activation::kNone) return gradient;
  const Lanes<kLanes> z =
      Load<kLanes>(data.x + at) * Load<kLanes>(data.scale + c) + Load<kLanes>(data.offset + c);
  return Backward<kLanes, kActivation>(z, gradient);
}

template <int kLanes>
[[gnu::always_inline]] inline void Add(const Lanes<kLanes>& value, float* sum) {
  Store<kLanes>(Load<kLanes>(sum) + value, sum);
}

// Calls step(Width<lanes>(), at, channel) for all elements of rows [first, end).
template <int kLanes, class Step>
[[gnu::always_inline]] inline void ForElements(const NormData& data, int first, int end,
                                               const Step& step) {
  for (int row = first; row < end; ++row) {
    const std::ptrdiff_t begin = static_cast<std::ptrdiff_t>(row) * data.columns;
    ForLanes<kLanes>(
        data.columns, [&]<int kPart>(Width<kPart> width, int c)
                          __attribute__((always_inline)) { step(width, begin + c, c); });
  }
}

struct SumForwardLoops {
  template <int kLanes>
  [[gnu::always_inline]] static void Loop(const NormData& data, const float* shift, int first,
                                          int end, const NormSums& sums) {
    ForElements<kLanes>(
        data, first,
        end, [&]<int kPart>(Width<kPart>, std::ptrdiff_t at, int c) __attribute__((always_inline)) {
          const Lanes<kPart> distance = Load<kPart>(data.x + at) - Load<kPart>(shift + c);
          Add<kPart>(distance, sums.first + c);
          Add<kPart>(distance * distance, sums.second + c);
        });
  }
};

template <Activation kActivation>
struct NormForwardLoops {
  template <int kLanes>
  [[gnu::always_inline]] static void Loop(const NormData& data, int first, int end, float* out) {
    ForElements<kLanes>(
        data, first,
        end, [&]<int kPart>(Width<kPart>, std::ptrdiff_t at, int c) __attribute__((always_inline)) {
          const Lanes<kPart> z =
              Load<kPart>(data.x + at) * Load<kPart>(data.scale + c) + Load<kPart>(data.offset + c);
          Store<kPart>(Activate<kPart, kActivation>(z), out + at);
        });
  }
};

template <Activation kActivation>
struct SumBackwardLoops {
  template <int kLanes>
  [[gnu::always_inline]] static void Loop(const NormData& data, int first, int end,
                                          const NormSums& sums) {
    ForElements<kLanes>(
        data, first,
        end, [&]<int kPart>(Width<kPart>, std::ptrdiff_t at, int c) __attribute__((always_inline)) {
          const Lanes<kPart> gradient = GradientAt<kPart, kActivation>(data, at, c);
          Add<kPart>(gradient, sums.first + c);
          Add<kPart>(gradient * (Load<kPart>(data.x + at) - Load<kPart>(data.mean + c)),
                     sums.second + c);
        });
  }
};

template <Activation kActivation>
struct NormBackwardLoops {
  template <int kLanes>
  [[gnu::always_inline]] static void Loop(const NormData& data, int first, int end,
                                          float* x_gradient) {
    ForElements<kLanes>(
        data, first,
        end, [&]<int kPart>(Width<kPart>, std::ptrdiff_t at, int c) __attribute__((always_inline)) {
          const Lanes<kPart> of_batch =
              Load<kPart>(data.x + at) * Load<kPart>(data.gradient_slope + c) +
              Load<kPart>(data.gradient_offset + c);
          const Lanes<kPart> gradient = GradientAt<kPart, kActivation>(data, at, c);
          Store<kPart>(gradient * Load<kPart>(data.scale + c) + of_batch, x_gradient + at);
        });
  }
};

template <template <Activation> class Loops, class... Arguments>
void RunFor(Isa isa, const NormData& data, const Arguments&... arguments) {
  switch (data.activation) {
    case Activation::kNone:
      return RunOn<Loops<Activation::kNone>>(isa, data, arguments...);
    case Activation::kRelu:
      return RunOn<Loops<Activation::kRelu>>(isa, data, arguments...);
    case Activation::kHardSwish:
      return RunOn<Loops<Activation::kHardSwish>>(isa, data, arguments...);
  }
}

}  // namespace

void SumForward(Isa isa, const NormData& data, const float* shift, int first, int end,
                const NormSums& sums) {
  RunOn<SumForwardLoops>(isa, data, shift, first, end, sums);
}

void NormForward(Isa isa, const NormData& data, int first, int end, float* out) {
  RunFor<NormForwardLoops>(isa, data, first, end, out);
}

void SumBackward(Isa isa, const NormData& data, int first, int end, const NormSums& sums) {
  RunFor<SumBackwardLoops>(isa, data, first, end, sums);
}

void NormBackward(Isa isa, const NormData& data, int first, int end, float* x_gradient) {
  RunFor<NormBackwardLoops>(isa, data, first, end, x_gradient);
}

}  // namespace edgevlm::train
