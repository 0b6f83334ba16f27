// Policies that hold every position, most of them in 4 bits: the newest stay float16 until a group
// is full.
#include "cache/policies/all.h"
#include "cache/q4_layer.h"

namespace edgevlm {
namespace {

// KIVI (Liu et al. 2024): keys share a scale along 32 tokens of a channel, values along the
// channels of a token.
constexpr Q4Form kKivi = {.group = 32};

// GEAR (Kang et al. 2024): the same along 96 tokens, corrected by a product of rank 2 and half a
// percent of outliers.
constexpr Q4Form kGear = {.group = kMaxQ4Group, .rank = 2, .outliers_per_mille = 5};

}  // namespace

const CachePolicy kKiviPolicy = {
    .name = "q4", .make = MakeQ4Layer<kKivi>, .bytes = Q4LayerBytes<kKivi>};
const CachePolicy kGearPolicy = {
    .name = "gear", .make = MakeQ4Layer<kGear>, .bytes = Q4LayerBytes<kGear>};

}  // namespace edgevlm
