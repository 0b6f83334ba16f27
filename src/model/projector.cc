#include "model/projector.h"

namespace edgevlm {

PictureLayout Projector::Layout(PictureSize, int) const {
  return {.grid = {}, .pieces = {{.text = "", .square = 0}}};
}

}  // namespace edgevlm
