#include "audio/fourier.h"

#include <cmath>
#include <cstddef>
#include <numbers>

namespace edgevlm {
namespace {

using Complex = Fourier::Complex;
constexpr int kLanes = Fourier::kLanes;

inline Complex Add(const Complex& a, const Complex& b) {
  Complex sum;
  for (std::size_t i = 0; i < kLanes; ++i) {
    sum.real[i] = a.real[i] + b.real[i];
    sum.imaginary[i] = a.imaginary[i] + b.imaginary[i];
  }
  return sum;
}

inline Complex Subtract(const Complex& a, const Complex& b) {
  Complex difference;
  for (std::size_t i = 0; i < kLanes; ++i) {
    difference.real[i] = a.real[i] - b.real[i];
    difference.imaginary[i] = a.imaginary[i] - b.imaginary[i];
  }
  return difference;
}

inline Complex Times(const Complex& a, double real, double imaginary) {
  Complex product;
  for (std::size_t i = 0; i < kLanes; ++i) {
    product.real[i] = a.real[i] * real - a.imaginary[i] * imaginary;
    product.imaginary[i] = a.real[i] * imaginary + a.imaginary[i] * real;
  }
  return product;
}

// a * scale
inline Complex Scaled(const Complex& a, double scale) {
  Complex product;
  for (std::size_t i = 0; i < kLanes; ++i) {
    product.real[i] = a.real[i] * scale;
    product.imaginary[i] = a.imaginary[i] * scale;
  }
  return product;
}

// -i a
inline Complex TurnedBack(const Complex& a) {
  Complex turned;
  for (std::size_t i = 0; i < kLanes; ++i) {
    turned.real[i] = a.imaginary[i];
    turned.imaginary[i] = -a.real[i];
  }
  return turned;
}

inline void Butterfly(std::array<Complex, 4>& x) {
  const Complex even_sum = Add(x[0], x[2]), even_difference = Subtract(x[0], x[2]);
  const Complex odd_sum = Add(x[1], x[3]), odd = TurnedBack(Subtract(x[1], x[3]));
  x = {Add(even_sum, odd_sum), Add(even_difference, odd), Subtract(even_sum, odd_sum),
       Subtract(even_difference, odd)};
}

inline void Butterfly(std::array<Complex, 5>& x) {
  constexpr double kCos1 = 0.30901699437494742410, kCos2 = -0.80901699437494742410;
  constexpr double kSin1 = 0.95105651629515357212, kSin2 = 0.58778525229247312917;
  const Complex outer = Add(x[1], x[4]), inner = Add(x[2], x[3]);
  const Complex outer_turned = TurnedBack(Subtract(x[1], x[4]));
  const Complex inner_turned = TurnedBack(Subtract(x[2], x[3]));
  const Complex first = Add(x[0], Add(Scaled(outer, kCos1), Scaled(inner, kCos2)));
  const Complex second = Add(x[0], Add(Scaled(outer, kCos2), Scaled(inner, kCos1)));
  const Complex first_sine = Add(Scaled(outer_turned, kSin1), Scaled(inner_turned, kSin2));
  const Complex second_sine = Subtract(Scaled(outer_turned, kSin2), Scaled(inner_turned, kSin1));
  x = {Add(x[0], Add(outer, inner)), Add(first, first_sine), Add(second, second_sine),
       Subtract(second, second_sine), Subtract(first, first_sine)};
}

}  // namespace

Fourier::Fourier() {
  for (std::size_t n = 0; n < roots_.size(); ++n) {
    const double angle = -2 * std::numbers::pi * static_cast<double>(n) / kSize;
    roots_[n] = {std::cos(angle), std::sin(angle)};
  }
}

// One step for `stride` interleaved sequences of `length` numbers each: after it there are
// stride * kRadix, of length / kRadix.
template <int kRadix>
void Fourier::Pass(const Sequence& from, Sequence& to, int length, int stride) const {
  const auto part = static_cast<std::size_t>(length / kRadix);
  const auto step = static_cast<std::size_t>(stride);
  for (std::size_t p = 0; p < part; ++p) {
    for (std::size_t q = 0; q < step; ++q) {
      std::array<Complex, kRadix> x;
      for (std::size_t r = 0; r < kRadix; ++r) x[r] = from[q + step * (p + part * r)];
      Butterfly(x);
      to[q + step * kRadix * p] = x[0];
      for (std::size_t r = 1; r < kRadix; ++r) {
        const Root& root = roots_[r * p * step];
        to[q + step * (kRadix * p + r)] = Times(x[r], root.real, root.imaginary);
      }
    }
  }
}

void Fourier::Transform(Sequence& x, Sequence& scratch) const {
  Pass<4>(x, scratch, kSize, 1);
  Pass<4>(scratch, x, kSize / 4, 4);
  Pass<5>(x, scratch, kSize / 16, 16);
  Pass<5>(scratch, x, kSize / 80, 80);
}

}  // namespace edgevlm
