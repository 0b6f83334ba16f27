// FrameSender: sends decoded frames as upright, opaque RGB pixels.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "video/decoder/ffmpeg.h"
#include "video/frame_picker.h"
#include "video/messages.h"

namespace edgevlm {

// How a stored frame is to be shown.
struct Presentation {
  int quarter_turns = 0;    // clockwise, 0 to 3
  double pixel_aspect = 1;  // width / height of a pixel
};

// Sends those of the frames that the request wants. The order is that of calls.
class FrameSender {
 public:
  FrameSender(const FrameRequest& request, WriteBytes write);

  enum class Next { kGoOn, kDone };

  // The next frame, whose contents it may take. Errors: kCorrupt (it cannot be converted).
  Result<Next> Add(double seconds, AVFrame& frame, const Presentation& presentation);
  // The last frame is shown until so long, and those until then are passed over.
  Result<Next> ShowUntil(double seconds);
  // No frame comes any more. end_seconds: of the last one.
  MaybeError End(double end_seconds);
  // Frames are passed over.
  void Forget() { picker_.Forget(); }
  double NextTime() const { return picker_.NextTime(); }
  double NextTime(double from) const { return picker_.NextTime(from); }

 private:
  struct Held {
    double seconds = 0;
    Presentation presentation;
    FramePtr frame = NewFrame();
  };

  Result<Next> Send(double seconds, const AVFrame& frame, const Presentation& presentation);

  FrameRequest request_;
  FramePicker picker_;
  WriteBytes write_;
  Held previous_;
  ScalerPtr scaler_;
  FramePtr scaled_ = NewFrame();
  std::vector<std::uint8_t> pixels_;
  int sent_ = 0;
};

}  // namespace edgevlm
