// Policies that hold every position and quantize each row by itself.
#include "cache/plain_layer.h"
#include "cache/policies/all.h"

namespace edgevlm {

// float16.
const CachePolicy kHalfPolicy = {.name = "f16",
                                 .make = MakePlainLayer<std::uint16_t>,
                                 .bytes = PlainLayerBytes<std::uint16_t>,
                                 .stronger = "q8_0"};

// 32 neighbors of a row share a scale: 8.5 bits a value.
const CachePolicy kInt8Policy = {.name = "q8_0",
                                 .make = MakePlainLayer<BlockQ8_0>,
                                 .bytes = PlainLayerBytes<BlockQ8_0>,
                                 .stronger = "q4"};

}  // namespace edgevlm
