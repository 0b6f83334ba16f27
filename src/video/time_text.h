// Times of a video for people to read.
#pragma once

#include <string>

namespace edgevlm {

// "1:02.5": minutes and seconds.
std::string TimeText(double seconds);

}  // namespace edgevlm
