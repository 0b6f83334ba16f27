// Probes: loops that execute one kind of instruction at the maximum rate of a core.
//
// The files named after an instruction set are compiled for it (cmake/EdgevlmIsa.cmake) and may run
// only where base/cpu.h says so; they include intrinsics and this header alone.
#pragma once

#include <cstddef>
#include <cstdint>

namespace edgevlm {

// Steps per call. A step is a number of independent multiply-adds, enough to hide the latency of
// one, on values that stay in the range of their type.
inline constexpr int kStepsPerCall = 1 << 14;

// Returns the number of operations; a multiplication and an addition are two.
using ArithmeticProbe = double (*)();

double FloatScalar();
double FloatAvx2();
double FloatAvx512();
double FloatNeon();

double Int8Avx2();     // vpmaddubsw, vpmaddwd and vpaddd: what AVX2 has in place of a dot product
double Int8AvxVnni();  // vpdpbusd, 256 bits
double Int8Avx512Vnni();  // vpdpbusd, 512 bits
double Int8Dotprod();     // sdot
double Int8I8mm();        // smmla

double Bfloat16Avx512();  // vdpbf16ps
double Bfloat16Neon();    // bfmmla

// Reads `bytes` at `data` once, in order; returns the bitwise or of its 64-bit words.
// REQUIRES: bytes is a multiple of kReadBytes, data is aligned to 64.
inline constexpr std::size_t kReadBytes = 512;
using ReadProbe = std::uint64_t (*)(const std::byte* data, std::size_t bytes);

std::uint64_t ReadScalar(const std::byte* data, std::size_t bytes);
std::uint64_t ReadAvx2(const std::byte* data, std::size_t bytes);
std::uint64_t ReadAvx512(const std::byte* data, std::size_t bytes);
std::uint64_t ReadNeon(const std::byte* data, std::size_t bytes);

}  // namespace edgevlm
