#include "model/projector.h"

namespace edgevlm {

ImageLayout Projector::Layout(ImageSize, const ImageLimits&) const {
  return {.grid = {}, .tokens = {}, .pieces = {{.text = "", .tile = 0}}};
}

const VideoForm& Projector::video_form() const {
  static const VideoForm kNoVideos;
  return kNoVideos;
}

}  // namespace edgevlm
