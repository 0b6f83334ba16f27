// Policies that hold every position, most of them in 4 bits: the newest wait as float16 until a
// group is full.
#include "cache/packed_layer.h"
#include "cache/policies/all.h"

namespace edgevlm {
namespace {

// KIVI (Liu et al. 2024): keys share a scale along 32 tokens of a channel, values along the
// channels of a token.
constexpr PackedForm kKivi = {.group = 32};

// GEAR (Kang et al. 2024): the same along 96 tokens, with a product of rank 2 and half a percent of
// outliers for what that loses.
constexpr PackedForm kGear = {.group = kMaxPackedGroup, .rank = 2, .outliers_per_mille = 5};

}  // namespace

const CachePolicy kKiviPolicy = {
    .name = "q4", .make = MakePackedLayer<kKivi>, .bytes = PackedLayerBytes<kKivi>};
const CachePolicy kGearPolicy = {
    .name = "gear", .make = MakePackedLayer<kGear>, .bytes = PackedLayerBytes<kGear>};

}  // namespace edgevlm
