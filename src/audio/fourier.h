// The Fourier transform of windows of 400 samples, several at once.
#pragma once

#include <array>
#include <vector>

namespace edgevlm {

// Transforms kLanes sequences of kSize complex numbers side by side, so that every step is a loop
// over lanes, which a compiler makes vectors of. Stockham's form of the fast transform (Cochran et
// al. 1967), which needs no reordering. In float64: a mel band may be 1e-8 of the loudest one's
// power, below what float32 leaves of the others.
// Threads: const methods from any thread.
class Fourier {
 public:
  static constexpr int kSize = 400;  // 4 * 4 * 5 * 5
  static constexpr int kLanes = 4;

  struct Complex {
    std::array<double, kLanes> real;
    std::array<double, kLanes> imaginary;
  };
  using Sequence = std::array<Complex, kSize>;

  Fourier();

  // x[k] = sum_n x[n] exp(-2 pi i k n / kSize), in place.
  //   scratch  overwritten
  void Transform(Sequence& x, Sequence& scratch) const;

 private:
  struct Root {
    double real;
    double imaginary;
  };

  template <int kRadix>
  void Pass(const Sequence& from, Sequence& to, int length, int stride) const;

  std::array<Root, kSize> roots_;  // exp(-2 pi i n / kSize)
};

}  // namespace edgevlm
