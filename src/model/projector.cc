#include "model/projector.h"

namespace edgevlm {

ImageLayout Projector::Layout(ImageSize, int) const {
  return {.grid = {}, .pieces = {{.text = "", .tile = 0}}};
}

}  // namespace edgevlm
