#include "server/image_fields.h"

namespace edgevlm {

ImageLimits ReadImageLimits(Fields& fields) {
  constexpr Range<std::int64_t> kTokens = {1, 1 << 20};
  return {.min_tokens = static_cast<int>(fields.Whole("image_min_tokens", kTokens, 0)),
          .max_tokens = static_cast<int>(fields.Whole("image_max_tokens", kTokens, 0))};
}

}  // namespace edgevlm
