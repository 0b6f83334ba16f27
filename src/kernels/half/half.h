// Half: conversion between float32 and float16 (IEEE 754 binary16, held as its 16 bits).
#pragma once

#include <cstdint>
#include <span>

#include "kernels/variant.h"

namespace edgevlm {

// Rounds to nearest, ties to even; values out of range become infinity; subnormals are kept; NaN
// stays NaN. All variants give the same bits (but for the payload of a NaN). Cost O(n), in the
// caller's thread.
void FloatToHalf(std::span<const float> x, std::span<std::uint16_t> y);

// Exact. Cost O(n), in the caller's thread.
void HalfToFloat(std::span<const std::uint16_t> x, std::span<float> y);

// For tests and benchmarks: every variant in this binary.
using FloatToHalfRow = void (*)(const float* x, std::uint16_t* y, int n);
using HalfToFloatRow = void (*)(const std::uint16_t* x, float* y, int n);
const VariantList<FloatToHalfRow>& FloatToHalfVariants();
const VariantList<HalfToFloatRow>& HalfToFloatVariants();

void FloatToHalfRowScalar(const float* x, std::uint16_t* y, int n);
void HalfToFloatRowScalar(const std::uint16_t* x, float* y, int n);
HighwayVariants<FloatToHalfRow> FloatToHalfHighway();
HighwayVariants<HalfToFloatRow> HalfToFloatHighway();

}  // namespace edgevlm
