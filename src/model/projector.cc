#include "model/projector.h"

namespace edgevlm {

ImageLayout Projector::Layout(ImageSize, const ImageLimits&) const {
  return {.grid = {}, .tokens = {}, .pieces = {{.text = "", .tile = 0}}};
}

}  // namespace edgevlm
